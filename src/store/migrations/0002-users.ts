import type { Migration } from '../../domain/tables.ts';

/** Who may log in to the web application, which reads it; p88sync itself does not. */
export const users: Migration = {
  name: '0002-users',
  sql: `
create table users (
  user_id serial primary key,
  email text not null unique,
  timing_partner_id integer references timing_partners,
  created_at timestamp default now(),
  updated_at timestamp default now()
);
`,
};
