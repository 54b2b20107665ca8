-- The shared ledger: attempts, what is held, and the counters of every budget.
-- Money is whole pico-dollars, times are POSIX seconds. Each function is one transaction of its caller, so that no
-- lock is held while a client thinks; all take locks in one order: a reservation, then budgets by their key.

CREATE TABLE attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry text NOT NULL UNIQUE,
    at double precision NOT NULL, day text NOT NULL, job text NOT NULL, process text NOT NULL DEFAULT '',
    project text NOT NULL DEFAULT '', person text NOT NULL DEFAULT '', team text NOT NULL DEFAULT '',
    action text NOT NULL, language text NOT NULL, tier text NOT NULL, provider text NOT NULL, model text NOT NULL,
    status text NOT NULL, reason text,
    input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL,
    output bigint NOT NULL, reasoning bigint NOT NULL, usage_estimated boolean NOT NULL,
    cost bigint, baseline bigint, low bigint, likely bigint, high bigint, allowed bigint,
    counted_input bigint NOT NULL, prior_output bigint NOT NULL, ms bigint NOT NULL, cached boolean NOT NULL,
    frontend text, client text, session text, turn text, agent text, tools_input bigint, system_input bigint,
    baseline_model text, firsts integer NOT NULL DEFAULT 0
);
CREATE INDEX attempts_at ON attempts (at);
CREATE INDEX attempts_job ON attempts (job);
CREATE INDEX attempts_bills ON attempts (provider, model, at)
    WHERE status IN ('ok', 'rejected') AND NOT usage_estimated AND NOT cached;
CREATE INDEX attempts_judged ON attempts (action, language, provider, model, id)
    WHERE status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline');

-- What a job holds for its next call, until it is booked or its lease ends.
CREATE TABLE reservations (
    process text NOT NULL, job text NOT NULL, at double precision NOT NULL, expires timestamptz NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0), sent boolean NOT NULL, day text NOT NULL,
    person text NOT NULL, project text NOT NULL, team text NOT NULL, session text,
    PRIMARY KEY (process, job)
);
CREATE INDEX reservations_expires ON reservations (expires);

-- One row for each person, project, team and session and each of its days and months, whether or not it has a cap:
-- a cap is a setting, and may be set later. `period` is a day, a month, or empty for a session.
CREATE TABLE budgets (
    scope text NOT NULL, name text NOT NULL, period text NOT NULL,
    used bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0, touched timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, name, period)
) WITH (fillfactor = 50);

-- The sums that statistics are made of, kept with each attempt, so that statistics need not read all of them.
CREATE TABLE daily (
    day text NOT NULL, tier text NOT NULL, provider text NOT NULL, model text NOT NULL, action text NOT NULL,
    language text NOT NULL, status text NOT NULL, client text NOT NULL, project text NOT NULL, person text NOT NULL,
    team text NOT NULL, baseline_model text NOT NULL,
    attempts bigint NOT NULL, priced bigint NOT NULL, cost bigint NOT NULL, answers bigint NOT NULL,
    compared bigint NOT NULL, baseline bigint NOT NULL, net bigint NOT NULL, lost bigint NOT NULL,
    estimated bigint NOT NULL, cached bigint NOT NULL, judged bigint NOT NULL, judged_priced bigint NOT NULL,
    judged_cost bigint NOT NULL, input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL,
    output bigint NOT NULL, reasoning bigint NOT NULL, jobs bigint NOT NULL, tier_jobs bigint NOT NULL,
    model_jobs bigint NOT NULL,
    PRIMARY KEY (day, person, project, model, provider, action, status, tier, client, language, team, baseline_model)
) WITH (fillfactor = 70);

CREATE TABLE daily_failovers (
    day text NOT NULL, kind text NOT NULL, source text NOT NULL, target text NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (day, kind, source, target)
);

-- What one attempt adds to each sum.
CREATE VIEW measured AS SELECT
    id, at, day, COALESCE(session, '') AS session,
    tier, provider, model, action, language, status, COALESCE(client, '') AS client, project, person, team,
    COALESCE(baseline_model, '') AS baseline_model,
    1::bigint AS attempts, (cost IS NOT NULL)::int::bigint AS priced, COALESCE(cost, 0) AS cost,
    (status = 'ok' AND NOT cached AND provider NOT IN ('', 'offline'))::int::bigint AS answers,
    (cost IS NOT NULL AND baseline IS NOT NULL)::int::bigint AS compared,
    CASE WHEN cost IS NOT NULL THEN COALESCE(baseline, 0) ELSE 0 END AS baseline,
    CASE WHEN baseline IS NOT NULL OR status <> 'ok' THEN COALESCE(cost, 0) ELSE 0 END AS net,
    (status = 'unknown')::int::bigint AS lost,
    (usage_estimated AND status <> 'unknown')::int::bigint AS estimated,
    cached::int::bigint AS cached,
    (status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline'))::int::bigint AS judged,
    (status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline')
        AND cost IS NOT NULL)::int::bigint AS judged_priced,
    CASE WHEN status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline')
        THEN COALESCE(cost, 0) ELSE 0 END AS judged_cost,
    input, cached_input, cache_write, output, reasoning,
    (firsts & 1)::bigint AS jobs, ((firsts >> 1) & 1)::bigint AS tier_jobs, ((firsts >> 2) & 1)::bigint AS model_jobs
FROM attempts;

-- The keys of the budgets that an attempt or a reservation counts against.
CREATE FUNCTION routerd_budgets(p_person text, p_project text, p_team text, p_session text, p_day text)
RETURNS TABLE (scope text, name text, period text) LANGUAGE sql IMMUTABLE AS $$
    SELECT s.scope, s.name, p.period
    FROM (VALUES ('person', p_person), ('project', p_project), ('team', p_team)) AS s (scope, name),
        (VALUES (p_day), (left(p_day, 7))) AS p (period)
    WHERE s.name <> ''
    UNION ALL SELECT 'session', p_session, '' WHERE p_session <> ''
$$;

-- Adds to the held and the used amount of all budgets of one reservation or attempt.
CREATE FUNCTION routerd_count(
    p_person text, p_project text, p_team text, p_session text, p_day text, p_used bigint, p_held bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key record;
BEGIN
    IF p_used = 0 AND p_held = 0 THEN
        RETURN;
    END IF;
    FOR key IN SELECT * FROM routerd_budgets(p_person, p_project, p_team, p_session, p_day) ORDER BY 1, 2, 3 LOOP
        INSERT INTO budgets AS b (scope, name, period, used, held)
            VALUES (key.scope, key.name, key.period, p_used, p_held)
            ON CONFLICT (scope, name, period) DO UPDATE
            SET used = b.used + p_used, held = b.held + p_held, touched = now();
    END LOOP;
END $$;

-- Locks the budgets of a reservation and of an attempt that may be of two days, in the order of their keys.
CREATE FUNCTION routerd_lock(a reservations, b reservations) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT * FROM routerd_budgets(a.person, a.project, a.team, a.session, a.day)
        UNION SELECT * FROM routerd_budgets(b.person, b.project, b.team, b.session, b.day) ORDER BY 1, 2, 3
    LOOP
        PERFORM 1 FROM budgets AS t
            WHERE t.scope = key.scope AND t.name = key.name AND t.period = key.period FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO budgets (scope, name, period) VALUES (key.scope, key.name, key.period)
                ON CONFLICT DO NOTHING;
            PERFORM 1 FROM budgets AS t
                WHERE t.scope = key.scope AND t.name = key.name AND t.period = key.period FOR UPDATE;
        END IF;
    END LOOP;
END $$;

-- Replaces what a job holds by as much of `p_most` as the caps leave. Returns one row: the amount, or the first budget
-- that leaves less than `p_least`, with its state. `p_caps` is [[scope, period, cap], …] in the order of their check.
CREATE FUNCTION routerd_reserve(p_hold jsonb, p_least bigint, p_most bigint, p_lease_s double precision, p_caps jsonb)
RETURNS TABLE (granted bigint, cap_number integer, used bigint, held bigint) LANGUAGE plpgsql AS $$
DECLARE
    new reservations;
    old reservations;
    cap record;
    own bigint;
    rest bigint;
    state record;
BEGIN
    new := jsonb_populate_record(NULL::reservations, p_hold);
    new.expires := now() + make_interval(secs => p_lease_s);
    SELECT * INTO old FROM reservations AS r WHERE r.process = new.process AND r.job = new.job FOR UPDATE;
    PERFORM routerd_lock(new, old);
    granted := p_most;
    FOR cap IN
        SELECT e.number, e.value ->> 0 AS scope, e.value ->> 1 AS period, (e.value ->> 2)::bigint AS most
        FROM jsonb_array_elements(p_caps) WITH ORDINALITY AS e (value, number) ORDER BY e.number
    LOOP
        SELECT b.* INTO state FROM budgets AS b
            JOIN routerd_budgets(new.person, new.project, new.team, new.session, new.day) AS k
            USING (scope, name, period)
            WHERE scope = cap.scope AND period = cap.period;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no budget % of % is counted', cap.scope, cap.period;
        END IF;
        SELECT COALESCE(old.amount, 0) INTO own
            FROM routerd_budgets(old.person, old.project, old.team, old.session, old.day) AS k
            WHERE k.scope = state.scope AND k.name = state.name AND k.period = state.period;
        used := state.used;
        held := state.held - COALESCE(own, 0);
        rest := cap.most - used - held;
        IF rest < p_least THEN
            granted := NULL;
            cap_number := cap.number;
            RETURN NEXT;
            RETURN;
        END IF;
        granted := LEAST(granted, rest);
    END LOOP;
    IF old.amount IS NOT NULL THEN
        PERFORM routerd_count(old.person, old.project, old.team, old.session, old.day, 0, -old.amount);
    END IF;
    new.amount := granted;
    PERFORM routerd_count(new.person, new.project, new.team, new.session, new.day, 0, granted);
    INSERT INTO reservations AS r SELECT new.*
        ON CONFLICT (process, job) DO UPDATE SET at = excluded.at, expires = excluded.expires,
        amount = excluded.amount, sent = excluded.sent, day = excluded.day, person = excluded.person,
        project = excluded.project, team = excluded.team, session = excluded.session;
    cap_number := NULL;
    RETURN NEXT;
END $$;

-- Adds one attempt with its sums; its id, or NULL where it is there already. The caller has locked its budgets.
CREATE FUNCTION routerd_add(p_row attempts) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    bits integer := 7;
    added bigint;
    earlier record;
BEGIN
    FOR earlier IN SELECT tier, provider, model FROM attempts AS a WHERE a.job = p_row.job LOOP
        bits := bits & 6;
        IF earlier.tier = p_row.tier THEN
            bits := bits & 5;
        END IF;
        IF earlier.provider = p_row.provider AND earlier.model = p_row.model THEN
            bits := bits & 3;
        END IF;
    END LOOP;
    INSERT INTO attempts (
        entry, at, day, job, process, project, person, team, action, language, tier, provider, model, status, reason,
        input, cached_input, cache_write, output, reasoning, usage_estimated, cost, baseline, low, likely, high,
        allowed, counted_input, prior_output, ms, cached, frontend, client, session, turn, agent, tools_input,
        system_input, baseline_model, firsts
    ) VALUES (
        p_row.entry, p_row.at, p_row.day, p_row.job, COALESCE(p_row.process, ''), COALESCE(p_row.project, ''),
        COALESCE(p_row.person, ''), COALESCE(p_row.team, ''), p_row.action, p_row.language, p_row.tier,
        p_row.provider, p_row.model, p_row.status, p_row.reason, p_row.input, p_row.cached_input, p_row.cache_write,
        p_row.output, p_row.reasoning, p_row.usage_estimated, p_row.cost, p_row.baseline, p_row.low, p_row.likely,
        p_row.high, p_row.allowed, p_row.counted_input, p_row.prior_output, p_row.ms, p_row.cached, p_row.frontend,
        p_row.client, p_row.session, p_row.turn, p_row.agent, p_row.tools_input, p_row.system_input,
        p_row.baseline_model, bits
    ) ON CONFLICT (entry) DO NOTHING RETURNING id INTO added;
    IF added IS NOT NULL THEN
        PERFORM routerd_sum(added, 1);
        PERFORM routerd_count(
            COALESCE(p_row.person, ''), COALESCE(p_row.project, ''), COALESCE(p_row.team, ''), p_row.session,
            p_row.day, COALESCE(p_row.cost, 0), 0
        );
    END IF;
    RETURN added;
END $$;

-- Adds an attempt to its sums, or takes it from them with `p_times` = -1.
CREATE FUNCTION routerd_sum(p_id bigint, p_times integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO daily AS d
    SELECT day, tier, provider, model, action, language, status, client, project, person, team, baseline_model,
        p_times * attempts, p_times * priced, p_times * cost, p_times * answers, p_times * compared,
        p_times * baseline, p_times * net, p_times * lost, p_times * estimated, p_times * cached, p_times * judged,
        p_times * judged_priced, p_times * judged_cost, p_times * input, p_times * cached_input,
        p_times * cache_write, p_times * output, p_times * reasoning, p_times * jobs, p_times * tier_jobs,
        p_times * model_jobs
    FROM measured WHERE id = p_id
    ON CONFLICT (day, person, project, model, provider, action, status, tier, client, language, team, baseline_model)
    DO UPDATE SET attempts = d.attempts + excluded.attempts, priced = d.priced + excluded.priced,
        cost = d.cost + excluded.cost, answers = d.answers + excluded.answers,
        compared = d.compared + excluded.compared, baseline = d.baseline + excluded.baseline,
        net = d.net + excluded.net, lost = d.lost + excluded.lost, estimated = d.estimated + excluded.estimated,
        cached = d.cached + excluded.cached, judged = d.judged + excluded.judged,
        judged_priced = d.judged_priced + excluded.judged_priced, judged_cost = d.judged_cost + excluded.judged_cost,
        input = d.input + excluded.input, cached_input = d.cached_input + excluded.cached_input,
        cache_write = d.cache_write + excluded.cache_write, output = d.output + excluded.output,
        reasoning = d.reasoning + excluded.reasoning, jobs = d.jobs + excluded.jobs,
        tier_jobs = d.tier_jobs + excluded.tier_jobs, model_jobs = d.model_jobs + excluded.model_jobs
$$;

-- Books one attempt, lowers what its job holds by its cost, and with `p_last` gives the rest back. Booking it again
-- changes nothing. Where the lease ended and the call was booked as unknown, the bill takes the place of that.
-- With `any_process` among the values the call may have been that of a process that ended.
-- Returns whether it was added, and whether an attempt of its job failed.
CREATE FUNCTION routerd_book(p_values jsonb, p_last boolean)
RETURNS TABLE (added boolean, failed boolean) LANGUAGE plpgsql AS $$
DECLARE
    attempt attempts;
    hold reservations;
    counted reservations;
    unknown attempts;
    less bigint;
BEGIN
    attempt := jsonb_populate_record(NULL::attempts, p_values);
    SELECT * INTO hold FROM reservations AS r WHERE r.job = attempt.job
        AND (r.process = attempt.process OR (p_values ->> 'any_process')::boolean) LIMIT 1 FOR UPDATE;
    IF EXISTS (SELECT 1 FROM attempts AS a WHERE a.entry = attempt.entry) THEN
        added := false;
        failed := false;
        RETURN NEXT;
        RETURN;
    END IF;
    counted.person := COALESCE(attempt.person, '');
    counted.project := COALESCE(attempt.project, '');
    counted.team := COALESCE(attempt.team, '');
    counted.session := attempt.session;
    counted.day := attempt.day;
    IF hold.job IS NULL THEN
        SELECT * INTO unknown FROM attempts AS a WHERE a.job = attempt.job AND a.status = 'unknown'
            AND (a.process = attempt.process OR (p_values ->> 'any_process')::boolean) ORDER BY a.id DESC LIMIT 1 FOR UPDATE;
        IF FOUND THEN
            hold.person := unknown.person;
            hold.project := unknown.project;
            hold.team := unknown.team;
            hold.session := unknown.session;
            hold.day := unknown.day;
        END IF;
    END IF;
    PERFORM routerd_lock(hold, counted);
    IF unknown.id IS NOT NULL THEN
        PERFORM routerd_sum(unknown.id, -1);
        PERFORM routerd_count(unknown.person, unknown.project, unknown.team, unknown.session, unknown.day,
            -COALESCE(unknown.cost, 0), 0);
        DELETE FROM attempts WHERE id = unknown.id;
    END IF;
    added := routerd_add(attempt) IS NOT NULL;
    IF added AND hold.amount IS NOT NULL THEN
        less := CASE WHEN p_last THEN hold.amount ELSE LEAST(hold.amount, COALESCE(attempt.cost, 0)) END;
        PERFORM routerd_count(hold.person, hold.project, hold.team, hold.session, hold.day, 0, -less);
        IF p_last THEN
            DELETE FROM reservations AS r WHERE r.process = hold.process AND r.job = hold.job;
        ELSE
            UPDATE reservations AS r SET amount = hold.amount - less, sent = false
                WHERE r.process = hold.process AND r.job = hold.job;
        END IF;
    END IF;
    failed := EXISTS (SELECT 1 FROM attempts AS a WHERE a.job = attempt.job AND a.status <> 'ok');
    RETURN NEXT;
END $$;

-- Gives back what a job holds.
CREATE FUNCTION routerd_release(p_process text, p_job text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hold reservations;
BEGIN
    DELETE FROM reservations AS r WHERE r.process = p_process AND r.job = p_job RETURNING r.* INTO hold;
    IF hold.job IS NOT NULL THEN
        PERFORM routerd_lock(hold, hold);
        PERFORM routerd_count(hold.person, hold.project, hold.team, hold.session, hold.day, 0, -hold.amount);
    END IF;
END $$;

-- Ends one lease: what was sent is booked at the most that it can have cost, what was only held is given back.
CREATE FUNCTION routerd_end(hold reservations, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    attempt attempts;
BEGIN
    PERFORM routerd_lock(hold, hold);
    PERFORM routerd_count(hold.person, hold.project, hold.team, hold.session, hold.day, 0, -hold.amount);
    IF NOT hold.sent OR hold.amount = 0 THEN
        RETURN;
    END IF;
    attempt := jsonb_populate_record(NULL::attempts, to_jsonb(hold) || jsonb_build_object(
        'entry', hold.process || '/' || hold.job || '/' || hold.at, 'cost', hold.amount, 'reason', p_reason,
        'status', 'unknown', 'usage_estimated', true, 'cached', false, 'action', '', 'language', '', 'tier', '',
        'provider', '', 'model', '', 'input', 0, 'cached_input', 0, 'cache_write', 0, 'output', 0, 'reasoning', 0,
        'counted_input', 0, 'prior_output', 0, 'ms', 0));
    PERFORM routerd_add(attempt);
END $$;

-- Ends one lease that nobody renewed, or one of `p_process` whatever its lease; how many. After a start of the server
-- their owners get as long as a lease to renew them.
CREATE FUNCTION routerd_sweep(p_lease_s double precision, p_process text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    hold reservations;
BEGIN
    IF p_process IS NULL AND now() < pg_postmaster_start_time() + make_interval(secs => p_lease_s) THEN
        RETURN 0;
    END IF;
    SELECT * INTO hold FROM reservations AS r
        WHERE CASE WHEN p_process IS NULL THEN r.expires < now() ELSE r.process = p_process END
        ORDER BY r.expires LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM reservations AS r WHERE r.process = hold.process AND r.job = hold.job;
    PERFORM routerd_end(hold, 'the process ended before it knew the bill');
    RETURN 1;
END $$;
