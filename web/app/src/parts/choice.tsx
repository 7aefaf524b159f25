interface ChoiceProps {
  testId: string;
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** Something that is on or off. */
export function Choice({ testId, label, on, onChange }: ChoiceProps) {
  return (
    <label className="choice">
      <input
        type="checkbox"
        data-testid={testId}
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
