import { isSilence, type RawAnswer, type Silence, sendRequest } from "./raw-http.ts";

const answer_within_ms = 1_000;
/** A busy machine may hold up one answer; an input that is slow to answer is so each time. */
const slow_answers_min = 3;
/** What a plain question takes where the machine has time for it. */
const plain_answer_ms = 100;

/** Asks until an answer comes in time. What was wrong with it, by `surpriseIn`; or that it was late each time, and that not for the machine's sake. */
export async function surpriseWithinTime(
  url: string,
  ask: () => Promise<RawAnswer | Silence>,
  surpriseIn: (answer: RawAnswer) => string | undefined,
): Promise<string | undefined> {
  let last_ms = 0;
  for (let slow = 0; slow < slow_answers_min; slow++) {
    const answer = await ask();
    if (isSilence(answer)) return `${answer.silence} without an answer`;
    const surprise = surpriseIn(answer);
    if (surprise !== undefined || answer.duration_ms < answer_within_ms) return surprise;
    last_ms = answer.duration_ms;
  }
  const plain = await sendRequest(url, { method: "GET", target: "/api/v1/health/live" });
  return plain.duration_ms < plain_answer_ms ? `answered after ${Math.round(last_ms)} ms, ${slow_answers_min} times` : undefined;
}
