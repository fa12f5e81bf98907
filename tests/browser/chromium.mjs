// Finds a Chromium (PATH, else the one of @sparticuz/chromium) and starts it on a profile of its own.
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const UNPACKED = join(dirname(fileURLToPath(import.meta.url)), "node_modules", ".cache", "chromium");
// No sandbox because tests run as root in containers; the rest keeps the browser from calling out by itself.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(executable);
}

function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next candidate
  }
}

/** Unpacks into a folder of its own and moves it into place, so that two runs at once never see half a browser. */
async function unpacked() {
  const binary = join(UNPACKED, "chromium");
  if (existsSync(binary)) return binary;
  mkdirSync(dirname(UNPACKED), { recursive: true });
  const fresh = mkdtempSync(`${UNPACKED}-`);
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = fresh; // where the package unpacks to
  const { default: packed } = await import("@sparticuz/chromium");
  await packed.executablePath();
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
  try {
    renameSync(fresh, UNPACKED);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(binary)) throw error;
  }
  return binary;
}

/** A context on an empty profile; `close()` ends the browser and removes the profile. */
export async function launch(options = {}) {
  const executablePath = onPath() ?? (await unpacked());
  const profile = mkdtempSync(join(tmpdir(), "toa-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
    locale: "en-GB",
    acceptDownloads: true,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}
