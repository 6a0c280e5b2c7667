-- Extensions that a migration may take for granted, in the schema where Supabase keeps them.
create extension if not exists pg_trgm with schema extensions;
create extension if not exists pgcrypto with schema extensions;
