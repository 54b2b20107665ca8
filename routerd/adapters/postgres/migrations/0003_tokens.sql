-- Tokens of the gateway for persons and projects; of the token itself only the SHA-256 is here.

CREATE TABLE tokens (
    number text PRIMARY KEY, digest bytea NOT NULL UNIQUE, label text NOT NULL, person text, project text, team text,
    made double precision NOT NULL, revoked double precision
);
