import type { Guests } from "@aldis/client";
import { useId } from "react";
import { t } from "../strings.ts";

const CHOICES: Guests[] = ["yes", "ask", "no"];

interface GuestsChoiceProps {
  testId: string;
  /** Chosen at first, in a form whose field is `guests`. */
  first?: Guests;
  /** Chosen now, where each change counts at once. */
  now?: Guests;
  onChange?: (guests: Guests) => void;
}

/** Whether people without an account may join. */
export function GuestsChoice({ testId, first, now, onChange }: GuestsChoiceProps) {
  const id = useId();
  const texts = t().lobby;
  return (
    <div className="field">
      <label htmlFor={id}>{texts.guests}</label>
      <select
        id={id}
        className="input"
        name="guests"
        data-testid={testId}
        {...(now === undefined ? { defaultValue: first } : { value: now })}
        onChange={(event) => onChange?.(guestsOf(event.target.value))}
      >
        {CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {texts.guestsAre[choice]}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The choice of a form; nobody is let in by a value that is none. */
export function guestsOf(value: string): Guests {
  return CHOICES.find((choice) => choice === value) ?? "no";
}
