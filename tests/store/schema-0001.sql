-- The schema of stores of the first release, in SQLite: later steps begin here.
CREATE TABLE scans (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    site TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    status TEXT NOT NULL,
    targets TEXT NOT NULL,
    excluded TEXT NOT NULL,
    channels TEXT NOT NULL,
    vantage TEXT NOT NULL,
    settings TEXT NOT NULL,
    sent TEXT NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (id)
);
CREATE INDEX scans_by_site ON scans (site, started_at);
CREATE TABLE memories (
    site TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (site)
);
CREATE TABLE statuses (
    site TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (site)
);
CREATE TABLE outbox (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    site TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    body BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    delivered_at BIGINT,
    failure TEXT NOT NULL,
    PRIMARY KEY (number),
    CONSTRAINT outbox_once UNIQUE (id, receiver)
);
CREATE INDEX outbox_by_due ON outbox (receiver, delivered_at, due_at);
CREATE TABLE states (
    number INTEGER NOT NULL,
    site TEXT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    names TEXT NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE register (
    number INTEGER NOT NULL,
    site TEXT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    verdict TEXT NOT NULL,
    policies TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_at BIGINT,
    PRIMARY KEY (number)
);
CREATE INDEX register_by_site ON register (site, state);
CREATE TABLE registered (
    scan TEXT NOT NULL,
    site TEXT NOT NULL,
    at BIGINT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (scan)
);
CREATE INDEX registered_by_site ON registered (site);
CREATE TABLE observations (
    sequence INTEGER NOT NULL,
    scan INTEGER NOT NULL,
    target TEXT NOT NULL,
    channel TEXT NOT NULL,
    port INTEGER,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    asked TEXT NOT NULL,
    reason TEXT NOT NULL,
    fields TEXT NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (sequence),
    FOREIGN KEY(scan) REFERENCES scans (number)
);
CREATE INDEX observations_by_target ON observations (scan, target, sequence);
CREATE TABLE ledger (
    scan INTEGER NOT NULL,
    target TEXT NOT NULL,
    channels TEXT NOT NULL,
    reasons TEXT,
    PRIMARY KEY (scan, target),
    FOREIGN KEY(scan) REFERENCES scans (number)
);
CREATE TABLE state_keys (
    "key" TEXT NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY ("key", state),
    FOREIGN KEY(state) REFERENCES states (number)
);
CREATE TABLE register_tracks (
    entry INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (entry),
    FOREIGN KEY(entry) REFERENCES register (number)
);
CREATE TABLE register_keys (
    "key" TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY ("key", entry),
    FOREIGN KEY(entry) REFERENCES register (number)
);
CREATE INDEX register_keys_by_entry ON register_keys (entry);
CREATE TABLE derived (
    scan INTEGER NOT NULL,
    basis TEXT NOT NULL,
    extent TEXT NOT NULL,
    parts INTEGER NOT NULL,
    PRIMARY KEY (scan),
    FOREIGN KEY(scan) REFERENCES scans (number)
);
CREATE TABLE derived_parts (
    scan INTEGER NOT NULL,
    part INTEGER NOT NULL,
    digest BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (scan, part),
    FOREIGN KEY(scan) REFERENCES derived (scan)
);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0001');
