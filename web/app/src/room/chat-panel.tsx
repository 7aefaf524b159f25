import type { Chat, ChatEntry } from "@aldis/sdk";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { RichText } from "./rich-text.tsx";

interface ChatPanelProps {
  entries: readonly ChatEntry[];
  chat: Chat;
  onClose: () => void;
}

/** Messages since we joined; the newest is at the bottom, and scrolled into view while the list is at its end. */
export function ChatPanel({ entries, chat, onClose }: ChatPanelProps) {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list means another end to scroll to.
  useEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);

  return (
    <aside className="chat" aria-label="Chat" data-testid="chat">
      <header className="chat__head">
        <h2>Chat</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Close the chat"
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      {entries.length === 0 && (
        <p className="chat__empty">No messages yet. Everyone in the room sees your messages.</p>
      )}
      <ol
        className="chat__list"
        ref={list}
        role="log"
        onScroll={({ currentTarget: end }) => {
          atEnd.current = end.scrollHeight - end.scrollTop - end.clientHeight < 40;
        }}
      >
        {entries.map((entry, index) => (
          <Entry
            key={entry.id}
            entry={entry}
            follows={follows(entries[index - 1], entry)}
            onRetry={() => chat.retry(entry.id)}
          />
        ))}
      </ol>
      <Composer onSay={(text) => chat.say(text)} />
    </aside>
  );
}

function Entry({ entry, follows, onRetry }: { entry: ChatEntry; follows: boolean; onRetry: () => void }) {
  const own = entry.senderId === null;
  return (
    <li className={own ? "said said--own" : "said"} data-testid="chat-message" data-state={entry.state}>
      {!follows && (
        <p className="said__who">
          {own ? "You" : (entry.name ?? "Former participant")}
          <time dateTime={new Date(entry.time).toISOString()}>
            {new Date(entry.time).toLocaleTimeString(undefined, { timeStyle: "short" })}
          </time>
        </p>
      )}
      <p className="said__text">
        <RichText text={entry.content} />
      </p>
      {entry.state === "failed" && (
        <button type="button" className="linklike" data-testid="chat-retry" onClick={onRetry}>
          Not sent. Try again
        </button>
      )}
    </li>
  );
}

function Composer({ onSay }: { onSay: (text: string) => void }) {
  const [text, setText] = useState("");
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.focus(), []);

  function say(event?: FormEvent) {
    event?.preventDefault();
    onSay(text);
    setText("");
  }
  function press(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    say();
  }

  return (
    <form className="composer" onSubmit={say}>
      <textarea
        ref={input}
        className="input composer__input"
        data-testid="chat-input"
        aria-label="Message everyone"
        placeholder="Message everyone"
        rows={1}
        maxLength={4_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <button
        type="submit"
        className="round round--send"
        data-testid="chat-send"
        aria-label="Send"
        disabled={text.trim() === ""}
      >
        <Icon name="send" size={20} />
      </button>
    </form>
  );
}

/** Messages of the same person within two minutes share a heading. */
function follows(before: ChatEntry | undefined, entry: ChatEntry): boolean {
  return before !== undefined && before.senderId === entry.senderId && entry.time - before.time < 120_000;
}
