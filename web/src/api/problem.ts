// Every failure the page can show: a problem document of the API, or the absence of an answer.
import type { ProblemDocument } from "./types";

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly title: string,
    readonly detail: string,
    /** HTTP status; 0 when no answer came at all. */
    readonly status: number,
    readonly type: string = "about:blank",
  ) {
    super(`${title}: ${detail}`);
  }

  /** Whether the same request may succeed a moment later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const UNREACHABLE = new Problem(
  "The server cannot be reached",
  "No answer came. Check that the system is running and that you are online, then try again.",
  0,
);

export async function problemOf(response: Response): Promise<Problem> {
  const document = await documentOf(response);
  return new Problem(
    document.title ?? `The server answered ${response.status}`,
    document.detail ?? "It gave no further reason. Try again; if it stays, look into the service's log.",
    response.status,
    document.type,
  );
}

async function documentOf(response: Response): Promise<ProblemDocument> {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return {};
  try {
    return (await response.json()) as ProblemDocument;
  } catch {
    // A body cut short is no problem document; the status still says that it failed.
    return {};
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("Something went wrong in the page", error instanceof Error ? error.message : String(error), 0);
}
