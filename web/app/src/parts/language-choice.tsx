import { changeLanguage, LANGUAGES, type Language, t, useLanguage } from "../strings.ts";

/** The page's language. */
export function LanguageChoice() {
  const language = useLanguage();
  return (
    <label className="language">
      <span className="unseen">{t().language}</span>
      <select
        className="language__select"
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
