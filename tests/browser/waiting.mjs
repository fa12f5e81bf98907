// Waiting for a condition, with a deadline.
import { setTimeout as pause } from "node:timers/promises";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Tries until `attempt` throws nothing; past the deadline the last failure is thrown. `between` runs before a retry. */
export async function eventually(attempt, { deadlineMs, between = async () => {} }) {
  const deadline = Date.now() + deadlineMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() + wait > deadline) throw error;
    }
    await pause(wait);
    await between();
  }
}
