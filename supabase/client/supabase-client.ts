import type { SupabaseClient } from "@supabase/supabase-js";

/** A client of supabase-js, whatever types its project has. */
// deno-lint-ignore no-explicit-any -- the project's own types do not matter here.
export type AnySupabaseClient = SupabaseClient<any, any, any, any, any>;
