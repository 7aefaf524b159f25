//! Several nodes over one PostgreSQL, each with connections and a clock of its own; versions side by side; a server that is away.

mod postgres {
    use std::{
        collections::BTreeSet,
        net::SocketAddr,
        sync::Arc,
        time::{Duration, Instant},
    };

    use futures_util::future::join_all;
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::super::{
        at, end,
        failures::proxy::Proxy,
        hash,
        meetings::room_of,
        server::{self, Database},
        session, someone,
    };
    use crate::storage::{
        End, Meetings as _, Postgres, Revocations as _, Rotation, Sessions as _, Settings, Store, StoreError, Use,
        User, Users as _,
    };

    /// How long a login may take that cannot succeed: a second, and another one for a slow machine.
    const AT_ONCE: Duration = Duration::from_secs(2);

    async fn two(database: &Database) -> [Arc<Postgres>; 2] {
        [database.open(&Settings::default()).await, database.open(&Settings::default()).await]
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn of_sixteen_rooms_made_at_once_on_two_nodes_one_gets_the_last_place() {
        let database = server::database().await;
        let nodes = two(&database).await;
        let host = someone(&*nodes[0]).await;
        for second in 0..4 {
            nodes[0].add_meeting(&room_of(&host, second), Some(host.id), 5).await.expect("a room");
        }
        let rooms: Vec<_> = (0..16).map(|second| room_of(&host, 10 + second)).collect();
        let made = join_all(
            rooms.iter().enumerate().map(|(n, room)| nodes[n % 2].add_meeting(room, room.host_id.as_uuid(), 5)),
        )
        .await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
        let refused = made.iter().filter(|made| matches!(made, Err(StoreError::TooManyRooms { max: 5 })));
        assert_eq!(refused.count(), 15, "{made:?}");
    }

    /// Uses one refresh token eight times at once on two nodes, whose clocks are a minute apart.
    async fn use_at_once(nodes: &[Arc<Postgres>; 2], user: &User, grace: SignedDuration) -> (Vec<Use>, Vec<Rotation>) {
        let login = session(hash());
        let begun = nodes[0].begin_session((user.id, &user.password_hash), &login, 9, end(0)).await;
        begun.expect("an answer").expect("a session");
        let rotation = |n: i64| {
            let second = if n % 2 == 0 { 40 } else { -20 };
            let (nonce, successor) = (hash(), hash());
            Rotation { token: login.token, nonce, successor, expires_at: at(1_000), grace, end: end(second) }
        };
        let rotations: Vec<_> = (0..8).map(rotation).collect();
        let used = join_all(rotations.iter().enumerate().map(|(n, rotation)| nodes[n % 2].use_token(rotation))).await;
        (used.into_iter().map(|used| used.expect("an answer")).collect(), rotations)
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn a_refresh_token_used_at_once_on_two_nodes_whose_clocks_differ_has_one_successor() {
        let database = server::database().await;
        let nodes = two(&database).await;
        let user = someone(&*nodes[0]).await;
        let (used, rotations) = use_at_once(&nodes, &user, SignedDuration::from_secs(10)).await;
        let nonce = |used: &Use| match used {
            Use::Rotated { nonce, .. } => *nonce,
            other @ (Use::Reused { .. } | Use::Expired | Use::Unknown) => panic!("{other:?}"),
        };
        let nonces: BTreeSet<_> = used.iter().map(nonce).collect();
        assert_eq!(nonces.len(), 1, "all get the same successor: {used:?}");
        let first = rotations.iter().find(|rotation| nonces.contains(&rotation.nonce)).expect("the first use");
        let next = Rotation { token: first.successor, successor: hash(), ..*first };
        assert!(matches!(nodes[1].use_token(&next).await.expect("an answer"), Use::Rotated { .. }));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn without_a_grace_one_of_many_uses_at_once_succeeds() {
        let database = server::database().await;
        let nodes = two(&database).await;
        let user = someone(&*nodes[0]).await;
        let (used, _) = use_at_once(&nodes, &user, SignedDuration::ZERO).await;
        let succeeded = used.iter().filter(|used| matches!(used, Use::Rotated { .. })).count();
        let ended = used.iter().filter(|used| matches!(used, Use::Reused { .. })).count();
        assert_eq!((succeeded, ended), (1, 1), "the second one ends the session: {used:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn a_revocation_of_one_node_is_found_by_the_others_from_its_time_on() {
        let database = server::database().await;
        let nodes = two(&database).await;
        let user = someone(&*nodes[0]).await;
        let now = jiff::Timestamp::now();
        let end = End { at: now, until: now + SignedDuration::from_hours(1) };
        nodes[0].disable(user.id, end).await.expect("an answer");
        let since = async |second| {
            let since = now + SignedDuration::from_secs(second);
            nodes[1].revocations_since(since, now).await.expect("an answer").len()
        };
        assert_eq!((since(-120).await, since(1).await), (2, 0), "the user's, and their session's");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn an_older_version_starts_and_runs_on_a_newer_schema_that_only_adds() {
        let database = server::database().await;
        let old = database.open(&Settings::default()).await;
        // A newer version migrates while this one runs: as the rule says, it only adds.
        for sql in [
            "ALTER TABLE meetings ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'",
            "ALTER TABLE users ADD COLUMN language TEXT",
            "CREATE TABLE badges (id UUID NOT NULL, CONSTRAINT badges_pkey PRIMARY KEY (id))",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of a newer version', TRUE, '\\x00', 1)",
        ] {
            database.run(sql).await;
        }
        let started = database.open(&Settings::default()).await;
        for store in [old, started] {
            let user = someone(&*store).await;
            store.add_meeting(&room_of(&user, 1), Some(user.id), 5).await.expect("a room");
            assert_eq!(store.user_by_id(user.id).await.expect("an answer"), Some(user.clone()));
            use_at_once(&[Arc::clone(&store), store], &user, SignedDuration::from_secs(10)).await;
        }
    }

    /// A store behind a proxy, with connections that have been used.
    async fn behind_a_proxy(database: &Database) -> (Proxy, Postgres) {
        let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], database.port))).await;
        let url = database.url().replace(&database.port.to_string(), &proxy.address.port().to_string());
        let store = Postgres::open(&url, &Settings::default()).await.expect("a database");
        join_all((0..8).map(|_| store.ping())).await;
        (proxy, store)
    }

    /// Twelve look-ups at once, as twelve logins make them: how long the longest took.
    async fn logins(store: &Postgres) -> Duration {
        let login = async || {
            let begun = Instant::now();
            let answer = store.user_by_email("ann@example.org").await;
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
            begun.elapsed()
        };
        join_all((0..12).map(|_| login())).await.into_iter().max().expect("twelve")
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn logins_while_the_server_is_away_are_refused_within_a_second_and_then_at_once() {
        let database = server::database().await;
        for refuses in [false, true] {
            let (proxy, store) = behind_a_proxy(&database).await;
            if refuses {
                proxy.close()
            } else {
                proxy.hold(true)
            }
            let first = logins(&store).await;
            assert!(first < AT_ONCE, "refuses {refuses}: {first:?}");
            let begun = Instant::now();
            for _ in 0..20 {
                logins(&store).await;
            }
            // One of those at once finds out whether it is back; the others do not wait for it.
            assert!(begun.elapsed() < 2 * AT_ONCE, "refuses {refuses}: {:?}", begun.elapsed());
            if !refuses {
                proxy.hold(false);
                let begun = Instant::now();
                while store.probe(at(1)).await.is_err() {
                    assert!(begun.elapsed() < Duration::from_secs(5), "it is back");
                    tokio::task::yield_now().await;
                }
            }
            store.close().await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn a_server_that_was_killed_is_used_again_once_it_is_back() {
        let mut server = server::Server::start().await;
        let url = server::url(server.port, "postgres");
        let store = Postgres::open(&url, &Settings::default()).await.expect("a database");
        let user = someone(&store).await;
        server.kill();
        logins(&store).await;
        server.restart().await;
        let begun = Instant::now();
        while store.probe(at(1)).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(5), "it is back");
            tokio::task::yield_now().await;
        }
        assert_eq!(store.user_by_id(user.id).await.expect("an answer"), Some(user));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn of_several_servers_the_one_that_can_be_written_is_used_also_after_a_failover() {
        let servers = [server::own_database().await, server::own_database().await];
        let name = &servers[0].name;
        servers[1].run(&format!("CREATE DATABASE {name}")).await;
        let set = async |server: &Database, read_only: &str| {
            server.run(&format!("ALTER SYSTEM SET default_transaction_read_only = {read_only}")).await;
            server.run("SELECT pg_reload_conf()").await;
        };
        let hosts = [&servers[1], &servers[0]].map(|server| format!("127.0.0.1:{}", server.port)).join(",");
        let alone = |server: &Database| format!("postgres://aldis@127.0.0.1:{}/{name}", server.port);
        Postgres::open(&alone(&servers[1]), &Settings::default()).await.expect("a schema").close().await;
        set(&servers[1], "on").await;
        let url = format!("postgres://aldis@{hosts}/{name}?target_session_attrs=read-write");
        let store = Postgres::open(&url, &Settings::default()).await.expect("the second one can be written");
        someone(&store).await;
        // A failover: the one becomes a standby, the other the primary.
        set(&servers[0], "on").await;
        set(&servers[1], "off").await;
        let begun = Instant::now();
        while let Err(why) = store.probe(at(1)).await {
            assert!(matches!(why, StoreError::Unavailable(_)), "{why}");
            assert!(begun.elapsed() < Duration::from_secs(10), "{why}");
            tokio::task::yield_now().await;
        }
        let user = someone(&store).await;
        let found = Postgres::open_migrated(&alone(&servers[1]), &Settings::default()).await.expect("the new primary");
        assert_eq!(found.user_by_id(user.id).await.expect("an answer"), Some(user));
        assert_eq!(found.user_by_id(Uuid::new_v4()).await.expect("an answer"), None);
        store.close().await;
    }
}
