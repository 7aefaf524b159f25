import type { Chat, ChatEntry, ChatHistory } from "@aldis/client";
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import { t, when } from "../strings.ts";
import { explain } from "../submit.ts";
import { charactersLeft, TOLD_LEFT } from "./long-text.ts";
import { RichText } from "./rich-text.tsx";

interface ChatPanelProps {
  entries: readonly ChatEntry[];
  history: ChatHistory;
  chat: Chat;
  isHost: boolean;
  onClose: () => void;
}

/** The room's messages; the newest is at the bottom, and scrolled into view while the list is at its end. */
export function ChatPanel({ entries, history, chat, isHost, onClose }: ChatPanelProps) {
  const texts = r().chat;
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useKeptPlace(list, entries[0]?.id);
  const size = useKeptEnd(list, atEnd);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list means another end to scroll to.
  useEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);

  return (
    <aside className="chat" aria-label={texts.title} data-testid="chat">
      <header className="chat__head">
        <h2 tabIndex={-1}>{texts.title}</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label={texts.close}
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <Older history={history} onOlder={() => void chat.older()} />
      {entries.length === 0 && history === "whole" && <p className="chat__empty">{texts.empty}</p>}
      <div
        className="chat__list"
        ref={list}
        role="log"
        aria-label={texts.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the arrow keys.
        tabIndex={0}
        onScroll={({ currentTarget: end }) => {
          // What a change of the size moves, nobody has scrolled.
          if (size.current === sizeOf(end))
            atEnd.current = end.scrollHeight - end.scrollTop - end.clientHeight < 40;
        }}
      >
        <ol>
          {entries.map((entry, index) => (
            <Entry
              key={entry.id}
              entry={entry}
              follows={follows(entries[index - 1], entry)}
              onRetry={() => chat.retry(entry.id)}
              onRemove={
                entry.isStored && (isHost || entry.senderId === null) ? () => chat.remove(entry.id) : null
              }
            />
          ))}
        </ol>
      </div>
      <Composer onSay={(text) => chat.say(text)} />
    </aside>
  );
}

/** The newest message stays in view when the list becomes smaller, as by a phone's keyboard. Returns the size as last seen. */
function useKeptEnd(list: { current: HTMLElement | null }, atEnd: { readonly current: boolean }) {
  const size = useRef("");
  useEffect(() => {
    const { current } = list;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      size.current = sizeOf(current);
      if (atEnd.current) current.scrollTo({ top: current.scrollHeight });
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [list, atEnd]);
  return size;
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): string {
  return `${clientWidth} × ${clientHeight}`;
}

/** While older messages are put before the first one, what is read stays where it is. */
function useKeptPlace(list: { current: HTMLElement | null }, first: string | undefined) {
  const before = useRef({ first, height: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first message means that older ones were loaded.
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    if (before.current.first !== undefined && before.current.first !== first)
      current.scrollTop += current.scrollHeight - before.current.height;
    before.current = { first, height: current.scrollHeight };
  }, [first]);
  useLayoutEffect(() => {
    before.current.height = list.current?.scrollHeight ?? 0;
  });
}

function Older({ history, onOlder }: { history: ChatHistory; onOlder: () => void }) {
  const texts = r().chat;
  if (history === "whole") return null;
  if (history === "loading") {
    return (
      <p className="chat__older" role="status" data-testid="chat-loading">
        {texts.loading}
      </p>
    );
  }
  return (
    <p className="chat__older">
      {history === "failed" && `${texts.notLoaded} `}
      <button type="button" className="linklike" data-testid="chat-older" onClick={onOlder}>
        {history === "failed" ? t().tryAgain : texts.older}
      </button>
    </p>
  );
}

interface EntryProps {
  entry: ChatEntry;
  follows: boolean;
  onRetry: () => void;
  /** Erases it; `null` where one may not. */
  onRemove: (() => Promise<void>) | null;
}

function Entry({ entry, follows, onRetry, onRemove }: EntryProps) {
  const own = entry.senderId === null;
  const texts = r().chat;
  return (
    <li className={own ? "said said--own" : "said"} data-testid="chat-message" data-state={entry.state}>
      {!follows && (
        <p className="said__who">
          <bdi>{own ? texts.you : (entry.name ?? texts.former)}</bdi>
          <time dateTime={new Date(entry.time).toISOString()}>{when(entry.time)}</time>
        </p>
      )}
      <p className="said__text" dir="auto">
        <RichText text={entry.content} />
      </p>
      {entry.state === "failed" && (
        <button type="button" className="linklike" data-testid="chat-retry" onClick={onRetry}>
          {texts.notSent}
        </button>
      )}
      {onRemove && <Remove onRemove={onRemove} />}
    </li>
  );
}

/** Deleting asks once, because it cannot be undone. */
function Remove({ onRemove }: { onRemove: () => Promise<void> }) {
  const texts = r().chat;
  const [asks, setAsks] = useState(false);
  const [why, setWhy] = useState<string | null>(null);
  const remove = () => onRemove().catch((error: unknown) => setWhy(explain(error)));
  if (why) return <p className="said__trouble">{texts.notRemoved(why)}</p>;
  if (!asks) {
    return (
      <button
        type="button"
        className="linklike said__remove"
        data-testid="chat-remove"
        onClick={() => setAsks(true)}
      >
        {texts.remove}
      </button>
    );
  }
  return (
    <p className="said__trouble">
      {texts.removeSure}{" "}
      <button type="button" className="linklike" data-testid="chat-remove-yes" onClick={() => void remove()}>
        {texts.remove}
      </button>{" "}
      <button type="button" className="linklike" onClick={() => setAsks(false)}>
        {texts.keep}
      </button>
    </p>
  );
}

function Composer({ onSay }: { onSay: (text: string) => void }) {
  const [text, setText] = useState("");
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.focus(), []);
  const left = charactersLeft(text);
  const isReady = text.trim() !== "" && left >= 0;

  function say(event?: FormEvent) {
    event?.preventDefault();
    if (!isReady) return;
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
      <CharactersLeft left={left} />
      <textarea
        ref={input}
        className="input composer__input"
        data-testid="chat-input"
        aria-label={r().chat.message}
        aria-invalid={left < 0}
        placeholder={r().chat.message}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <button
        type="submit"
        className="round round--send"
        data-testid="chat-send"
        aria-label={r().chat.send}
        disabled={!isReady}
      >
        <Icon name="send" size={20} />
      </button>
    </form>
  );
}

/** How much more fits into a long message. Nothing is cut off: what was pasted is there to be shortened. */
function CharactersLeft({ left }: { left: number }) {
  const texts = r().chat;
  const text = left < 0 ? texts.tooLong(-left) : left <= TOLD_LEFT ? texts.left(left) : "";
  return (
    <p
      className={left < 0 ? "composer__left trouble" : "composer__left"}
      role="status"
      data-testid="chat-left"
    >
      {text}
    </p>
  );
}

/** Messages of the same person within two minutes share a heading. */
function follows(before: ChatEntry | undefined, entry: ChatEntry): boolean {
  const isSame = before?.senderId === entry.senderId && before.name === entry.name;
  return isSame && entry.time - before.time < 120_000;
}
