// The person's API key, kept by Google in the person's own properties.

const KEY = "toa.key";

export function storedKey(): string | null {
  return PropertiesService.getUserProperties().getProperty(KEY);
}

export function storeKey(key: string): void {
  PropertiesService.getUserProperties().setProperty(KEY, key);
}

export function forgetKey(): void {
  PropertiesService.getUserProperties().deleteProperty(KEY);
}
