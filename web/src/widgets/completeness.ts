// One word on how whole an answer is, for the heading of its widget.
import type { WidgetAnswer } from "../api/types";
import { reasons, words } from "../model/coverage";
import { isEmpty, numbers } from "../model/table";

interface Words {
  name: string;
  meaning: string;
  colour: string;
}

const PARTIAL: Words = { name: "Partial", meaning: "Some figures of this range are missing; the reasons are below", colour: "gray" };
const PROVISIONAL: Words = { name: "Provisional", meaning: "TikTok may still change the latest figures", colour: "yellow" };

export function completeness(answer: WidgetAnswer, metrics: readonly string[]): Words | null {
  if (isEmpty(answer, metrics)) return null;
  const weights = reasons(answer.meta.coverage, metrics).map((reason) => words(reason.status).weight);
  const gaps = metrics.some((metric) => numbers(answer, metric).includes(null));
  if (gaps || weights.includes("missing")) return PARTIAL;
  return weights.includes("open") ? PROVISIONAL : null;
}
