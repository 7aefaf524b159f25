import { changeLanguage, LANGUAGES, type Language, t, useLanguage } from "../strings.ts";

/** The page's language; `isField`: among other fields, with its label in sight. */
export function LanguageChoice({ isField = false }: { isField?: boolean }) {
  const language = useLanguage();
  return (
    <label className={isField ? "field language--field" : "language"}>
      <span className={isField ? undefined : "unseen"}>{t().language}</span>
      <select
        className={isField ? "input" : "language__select"}
        data-testid="language"
        value={language}
        onChange={(event) => void changeLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
