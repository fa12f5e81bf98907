// Collects what a user does not see but would suffer from: console errors, exceptions, failed or refused requests.

/** Returns a function that tells the faults so far. Only requests to `origin` count: pictures elsewhere expire. */
export function watch(page, origin) {
  const faults = new Set();
  page.on("pageerror", (error) => faults.add(`exception: ${error.message}`));
  page.on("console", (message) => {
    const elsewhere = message.text().startsWith("Failed to load resource") && !message.location().url.startsWith(origin);
    if (message.type() === "error" && !elsewhere) faults.add(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("requestfailed", (request) => {
    // The page withdraws questions whose answer nobody waits for any more.
    const withdrawn = request.failure()?.errorText === "net::ERR_ABORTED";
    if (request.url().startsWith(origin) && !withdrawn) faults.add(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.url().startsWith(origin) && response.status() >= 400) faults.add(`${response.status()}: ${response.url()}`);
  });
  return () => [...faults];
}
