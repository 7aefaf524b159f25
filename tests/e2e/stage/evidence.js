// Evidence of a failed test: each page's last events, its messages and its screenshot, and the node's log.
import { shoot } from "./photographs.js";

const EVENTS = 40;
const MESSAGES = 40;
/** Frequent messages of little information. */
const CHATTER = ["ice_candidate", "ack", "heartbeat", "heartbeat_ack"];
const telling = ({ type }) => !CHATTER.includes(type);

export async function evidence(test, people, node) {
  const parts = [`\n━━ ${test}`];
  for (const [index, person] of people.entries()) {
    const name = `failed-${test.replaceAll(/[^a-z0-9]+/gi, "-")}-${index + 1}-${person.name}`;
    await shoot(person.page, name).catch(() => {});
    parts.push(await told(person));
  }
  parts.push("── the node's log", node?.tail() ?? "(no node)");
  console.error(parts.join("\n"));
}

async function told({ name, page, tape }) {
  const show = (value) => JSON.stringify(value);
  const ask = (question) => page.evaluate(question).catch((error) => ({ unreadable: error.message }));
  const session = await ask(() => window.aldis.session);
  const peers = await ask(() => window.aldis.peers());
  const events = await ask(() => window.aldis.events);
  return [
    `── ${name} at ${page.url()}`,
    `session ${show(session)}`,
    `peers ${show(peers)}`,
    ...(Array.isArray(events) ? events.filter(telling).slice(-EVENTS) : [events]).map((event) => `event ${show(event)}`),
    ...tape.messages.filter(telling).slice(-MESSAGES).map((message) => `wire ${short(show(message))}`),
    ...tape.complaints,
    ...tape.console.slice(-15),
  ].join("\n");
}

function short(text) {
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
