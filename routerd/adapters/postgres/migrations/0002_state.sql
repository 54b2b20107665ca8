-- State that all replicas share beside the money: health and cooldowns, refused fields, signatures, and answers.

CREATE TABLE shared_state (
    kind text NOT NULL, key text NOT NULL, at double precision NOT NULL, value text NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE TABLE replies (key text PRIMARY KEY, at double precision NOT NULL, size bigint NOT NULL, text text NOT NULL);
CREATE INDEX replies_at ON replies (at);

-- One item of a batch that several machines work on, in one wave: who asks it now, and the answers that it got so far.
CREATE TABLE batch_items (
    item text PRIMARY KEY, holder text, expires timestamptz, ended boolean NOT NULL DEFAULT false,
    answers jsonb NOT NULL DEFAULT '[]', at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batch_items_holder ON batch_items (holder) WHERE holder IS NOT NULL;
