import { useId, useState } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** The page for those who are not signed in. */
export function SignInView() {
  const { session } = useApp();
  const id = useId();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const signIn = async (event: Event) => {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    const failure = await session.signIn(email.trim(), password);
    setIsBusy(false);
    if (failure !== undefined) setError(failure);
  };
  return (
    <main class="sign-in">
      <form class="card sign-in-card" onSubmit={signIn}>
        <div class="brand">
          <span class="brand-mark">
            <Icon name="sync" size={22} />
          </span>
          <h1>{texts.product}</h1>
        </div>
        <p class="quiet">{texts.signIn.intro}</p>
        <div class="field">
          <label for={`${id}-email`}>{texts.signIn.email}</label>
          <input
            id={`${id}-email`}
            type="email"
            autocomplete="username"
            required
            autofocus
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for={`${id}-password`}>{texts.signIn.password}</label>
          <input
            id={`${id}-password`}
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </div>
        {error !== null && (
          <p class="callout callout-error" role="alert">
            <Icon name="warning" />
            <span>{texts.signIn.failed(error)}</span>
          </p>
        )}
        <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
          {isBusy ? texts.signIn.busy : texts.signIn.submit}
        </button>
      </form>
    </main>
  );
}
