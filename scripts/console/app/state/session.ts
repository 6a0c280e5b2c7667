import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { AnySupabaseClient } from "../../../../supabase/client/mod.ts";

/** What somebody may do: each role may what those before it may. */
export type Role = "viewer" | "editor" | "admin";

/** Who is signed in. */
export interface Person {
  id: string;
  email: string;
  role: Role;
}

/** The session, as supabase-js keeps it. The server decides what is allowed; this only says what to offer. */
export class Session {
  readonly #supabase: AnySupabaseClient;
  readonly #person = signal<Person | null | undefined>(undefined);
  /** Undefined until it is known; null where nobody is signed in. */
  readonly person: ReadonlySignal<Person | null | undefined> = this.#person;
  readonly canEdit = computed(() => this.#person.value?.role !== "viewer" && !!this.#person.value);
  readonly isAdmin = computed(() => this.#person.value?.role === "admin");

  constructor(supabase: AnySupabaseClient) {
    this.#supabase = supabase;
    supabase.auth.onAuthStateChange((_event, session) => {
      const next = session === null ? null : toPerson(session.user);
      // A token that was renewed changes nothing of what is shown.
      if (JSON.stringify(next) !== JSON.stringify(this.#person.peek())) this.#person.value = next;
    });
  }

  /** @returns What went wrong, as the auth server says it; undefined when nothing did. */
  async signIn(email: string, password: string): Promise<string | undefined> {
    const { error } = await this.#supabase.auth.signInWithPassword({ email, password });
    return error?.message;
  }

  async signOut(): Promise<void> {
    await this.#supabase.auth.signOut({ scope: "local" });
  }
}

function toPerson(
  user: { id: string; email?: string; app_metadata: Record<string, unknown> },
): Person {
  const role = user.app_metadata.media_role;
  return {
    id: user.id,
    email: user.email ?? "",
    role: role === "editor" || role === "admin" ? role : "viewer",
  };
}
