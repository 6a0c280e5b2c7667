/** The users that a local stack starts with: one per role. */
import type { Credentials, Users } from "../support/stack-info.ts";
import type { LocalDatabase } from "./database.ts";

/**
 * Creates the users, or gives those of an earlier run new passwords.
 *
 * @param password Makes one password; random by default.
 */
export async function seedUsers(
  database: LocalDatabase,
  password: () => string = () => crypto.randomUUID(),
): Promise<Users> {
  const seed = async (name: keyof Users): Promise<Credentials> => {
    const user = { email: `${name}@media-sync.local`, password: password() };
    const metadata = {
      provider: "email",
      providers: ["email"],
      ...(name === "viewer" ? {} : { media_role: name }),
    };
    await database.query(
      `insert into auth.users
         (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data)
       values (gen_random_uuid(), 'authenticated', 'authenticated', $1::text,
         extensions.crypt($2::text, extensions.gen_salt('bf')), now(), $3::text::jsonb)
       on conflict (email) where is_sso_user = false do update
       set encrypted_password = excluded.encrypted_password,
           raw_app_meta_data = excluded.raw_app_meta_data`,
      [user.email, user.password, JSON.stringify(metadata)],
    );
    return user;
  };
  return { viewer: await seed("viewer"), editor: await seed("editor"), admin: await seed("admin") };
}
