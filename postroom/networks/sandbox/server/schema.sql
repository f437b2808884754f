-- Everything the sandbox knows. Times are Unix seconds.
create table if not exists account (
  id text primary key, name text not null unique, kind text not null, display_name text not null, bio text not null,
  made_at real not null, base_followers integer not null, posts_a_day integer not null, token_seconds integer not null
);
create table if not exists code (
  code_hash text primary key, account_id text not null references account on delete cascade, client_id text not null,
  redirect_uri text not null, scopes text not null, challenge text not null, expires_at real not null
);
create table if not exists grants (
  id text primary key, account_id text not null references account on delete cascade, client_id text not null,
  scopes text not null, access_hash text not null unique, refresh_hash text not null unique,
  access_expires_at real not null, revoked_at real
);
-- Refresh tokens that were used up: a second use is a theft, and ends the grant.
create table if not exists spent (refresh_hash text primary key, grant_id text not null references grants on delete cascade);
create table if not exists media (
  id text primary key, account_id text not null references account on delete cascade, mime text not null,
  bytes integer not null, sha256 text not null, alt text not null, ready_at real not null, failed text not null default '',
  made_at real not null
);
create table if not exists container (
  id text primary key, account_id text not null references account on delete cascade, body text not null,
  made_at real not null, post_id text
);
create table if not exists post (
  id text primary key, account_id text not null references account on delete cascade, client_key text not null,
  idempotency_key text, format text not null, text text not null, body text not null, reply_to text, root text,
  made_at real not null, deleted_at real
);
create unique index if not exists post_once on post (account_id, idempotency_key) where idempotency_key is not null;
create index if not exists post_of on post (account_id, made_at);
create index if not exists post_newest on post (made_at);
create index if not exists post_key on post (account_id, client_key);
create index if not exists post_replies on post (reply_to) where reply_to is not null;
-- Trouble in store: strikes the next `times` calls of that account ('*' = any) at that endpoint ('*' = any).
create table if not exists trouble (
  id integer primary key, account text not null, endpoint text not null, what text not null, times integer not null,
  seconds real not null, retry_after text not null
);
-- Trouble that a post asked for itself strikes once for each sender's key.
create table if not exists struck (account_id text not null, client_key text not null, primary key (account_id, client_key));
