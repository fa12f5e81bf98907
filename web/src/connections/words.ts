// Connection states, permissions and failures in plain words.
import type { AccountStatus } from "../api/types";

export const STATUSES: Record<AccountStatus, { name: string; colour: string; meaning: string }> = {
  connected: { name: "Connected", colour: "teal", meaning: "Figures are collected" },
  lost_access: { name: "Access lost", colour: "orange", meaning: "TikTok no longer lets us read this account: connect it again" },
  disconnected: { name: "Disconnected", colour: "gray", meaning: "No figures are collected; those up to then are kept" },
  erased: { name: "Erased", colour: "gray", meaning: "All figures of this account have been erased" },
};

const SCOPES: Record<string, string> = {
  "user.info.basic": "name and picture of the account",
  "user.info.username": "its handle",
  "user.info.stats": "follower and like totals",
  "user.info.profile": "bio and badge",
  "user.account.type": "whether it is a Business account",
  "user.insights": "daily figures: followers, views, engagement",
  "video.list": "the list of posts",
  "video.insights": "figures of posts: views, watch time, completion",
  "comment.list": "comments",
};

export function scopeInWords(scope: string): string {
  return SCOPES[scope] ?? scope;
}

export interface FailureWords {
  title: string;
  detail: string;
}

const FAILURES: Record<string, FailureWords> = {
  denied: {
    title: "The account was not connected",
    detail: "Access was declined on TikTok's page, so nothing was stored. If that was a mistake, start again and choose Allow.",
  },
  expired: {
    title: "The connection took too long",
    detail: "TikTok's permission holds for ten minutes and has run out. Nothing was stored. Start again.",
  },
  state: {
    title: "This connection link is not valid any more",
    detail: "It was used before, is older than ten minutes, or was started by another person or in another workspace. Start again from here.",
  },
  exchange: {
    title: "TikTok did not hand over access",
    detail: "TikTok agreed, but refused or did not answer our request for access. Nothing was stored. Wait a minute, then start again.",
  },
};

export function failureInWords(reason: string | null): FailureWords {
  return (
    FAILURES[reason ?? ""] ?? {
      title: "The account was not connected",
      detail: "The connection ended without a known reason. Nothing was stored. Start again.",
    }
  );
}
