//! Budgets as a whole: shared by sockets, users and addresses.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, Instant},
};

use super::*;

const ANN: UserId = UserId::from_u128(1);
const BOB: UserId = UserId::from_u128(2);

fn ip(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
}

/// Ten messages a second and five at once; a user twice, an address four times as much.
fn limits() -> BudgetLimits {
    BudgetLimits {
        socket_per_second: 10,
        socket_burst: 5,
        user_factor: 2,
        address_factor: 4,
        ..BudgetLimits::default()
    }
}

fn payer<'a>(budgets: &'a Budgets, user: &'a UserId, now: Instant) -> Payer<'a> {
    Payer { budgets, user: Some(user), now }
}

/// How many messages are granted.
fn granted(purse: &mut Purse, budgets: &Budgets, user: &UserId, now: Instant) -> usize {
    let charge = |_: &usize| purse.charge(Cost::Message, payer(budgets, user, now)) == Charge::Granted;
    (0..30).filter(charge).count()
}

fn opened(budgets: &Budgets, last: u8, now: Instant) -> Purse {
    budgets.connect(ip(last), now).expect("a budget");
    Purse::new(ip(last).into())
}

#[test]
fn sockets_share_the_budgets_of_their_user_and_of_their_address() {
    let start = Instant::now();
    let budgets = Budgets::new(limits(), start);
    let now = start + Duration::from_secs(9);
    let addresses = [1, 2, 3].map(|last| Address::from(ip(last)));
    let mut sockets = addresses.map(Purse::new);
    let all: Vec<usize> = sockets.iter_mut().map(|purse| granted(purse, &budgets, &ANN, now)).collect();
    assert_eq!(all, [5, 5, 0], "one user has as much as two sockets");
    let mut others: Vec<Purse> = (0..5).map(|_| Purse::new(addresses[0])).collect();
    let users = (10..).map(UserId::from_u128);
    let all: Vec<usize> =
        others.iter_mut().zip(users).map(|(purse, user)| granted(purse, &budgets, &user, now)).collect();
    assert_eq!(all, [5, 5, 5, 0, 0], "one address has as much as four, of which the first user took one");
}

#[test]
fn a_message_refused_at_one_level_is_charged_at_no_level() {
    let start = Instant::now();
    let budgets = Budgets::new(limits(), start);
    let mut first = opened(&budgets, 1, start);
    let mut second = Purse::new(Address::from(ip(1)));
    assert_eq!(granted(&mut first, &budgets, &ANN, start), 5);
    assert_eq!(granted(&mut second, &budgets, &BOB, start), 5);
    let third = &mut Purse::new(Address::from(ip(1)));
    assert_eq!(granted(third, &budgets, &UserId::from_u128(3), start), 5, "twenty but for the connection");
    let fourth = &mut Purse::new(Address::from(ip(1)));
    assert_eq!(granted(fourth, &budgets, &UserId::from_u128(4), start), 0);
    let elsewhere = &mut Purse::new(Address::from(ip(2)));
    assert_eq!(granted(elsewhere, &budgets, &UserId::from_u128(4), start), 5, "the user paid nothing in vain");
}

#[test]
fn a_penalty_refuses_and_a_flood_ends_it() {
    let start = Instant::now();
    let budgets = Budgets::new(BudgetLimits { flood_max: 3, ..limits() }, start);
    let mut purse = opened(&budgets, 1, start);
    let mut at = |ms: u64| purse.charge(Cost::Message, payer(&budgets, &ANN, start + Duration::from_millis(ms)));
    let burst = [at(0), at(0), at(0), at(0), at(0)];
    assert_eq!(burst, [Charge::Granted; 5]);
    assert_eq!([at(0), at(40), at(100)], [Charge::Refused(100), Charge::Refused(60), Charge::Granted]);
    assert_eq!([at(100), at(110)], [Charge::Refused(200), Charge::Flood(190)]);
}

#[test]
fn a_client_is_not_penalised_for_others_at_its_address() {
    let start = Instant::now();
    let limits = BudgetLimits { address_factor: 1, flood_max: 3, ..limits() };
    let budgets = Budgets::new(limits, start);
    let address = Address::from(ip(1));
    assert_eq!(granted(&mut Purse::new(address), &budgets, &BOB, start), 5, "all that the address has");
    let mut purse = Purse::new(address);
    for _ in 0..20 {
        assert_eq!(purse.charge(Cost::Message, payer(&budgets, &ANN, start)), Charge::Refused(100));
    }
    let later = start + Duration::from_millis(100);
    assert_eq!(purse.charge(Cost::Message, payer(&budgets, &ANN, later)), Charge::Granted);
}

#[test]
fn demanded_answers_are_free_and_their_grants_are_bounded() {
    let start = Instant::now();
    let limits = BudgetLimits { answer_grant: 4, room_joins_per_second: 1, room_joins_burst: 2, ..limits() };
    let budgets = Budgets::new(limits, start);
    let mut purse = opened(&budgets, 1, start);
    assert_eq!(granted(&mut purse, &budgets, &ANN, start), 5);
    for _ in 0..100 {
        purse.grant(payer(&budgets, &ANN, start));
    }
    let signals = (0..30).filter(|_| purse.charge(Cost::Signal, payer(&budgets, &ANN, start)) == Charge::Granted);
    assert_eq!(signals.count(), 8, "two answers of four");
    for _ in 0..100 {
        purse.grant(payer(&budgets, &ANN, start));
    }
    let signals = (0..30).filter(|_| purse.charge(Cost::Signal, payer(&budgets, &ANN, start)) == Charge::Granted);
    assert_eq!(signals.count(), 8, "the other half of what the user, with two sockets' worth, may be granted at once");
    purse.grant(payer(&budgets, &ANN, start));
    assert!(matches!(purse.charge(Cost::Signal, payer(&budgets, &ANN, start)), Charge::Refused(_)));
}

#[test]
fn what_a_host_wants_done_costs_as_much_as_a_join() {
    let start = Instant::now();
    let budgets = Budgets::new(BudgetLimits::default(), start);
    let mut purse = opened(&budgets, 1, start);
    let powers = (0..60).filter(|_| purse.charge(Cost::Power, payer(&budgets, &ANN, start)) == Charge::Granted);
    assert_eq!(powers.count(), 25, "of a burst of 500 tokens");
}

#[test]
fn a_join_is_charged_for_each_member_and_debts_are_short() {
    let start = Instant::now();
    let budgets = Budgets::new(BudgetLimits::default(), start);
    let mut purse = opened(&budgets, 1, start);
    assert_eq!(purse.charge(Cost::Join, payer(&budgets, &ANN, start)), Charge::Granted);
    purse.force(Cost::Members(1), payer(&budgets, &ANN, start));
    assert_eq!(granted(&mut purse, &budgets, &ANN, start), 30, "one member was paid for");
    purse.force(Cost::Members(100), payer(&budgets, &ANN, start));
    assert!(matches!(purse.charge(Cost::Message, payer(&budgets, &ANN, start)), Charge::Refused(5_010)));
    assert_eq!(purse.charge(Cost::Message, payer(&budgets, &ANN, start + Duration::from_secs(6))), Charge::Granted);
}

#[test]
fn an_address_with_too_many_connections_gets_a_retry_delay() {
    let start = Instant::now();
    let budgets = Budgets::new(limits(), start);
    let opened: Vec<bool> = (0..6).map(|_| budgets.connect(ip(1), start).is_ok()).collect();
    assert_eq!(opened, [true, true, true, true, false, false]);
    let refused = budgets.connect(ip(1), start).expect_err("too many");
    assert_eq!(refused.retry_after, Duration::from_millis(125));
    assert!(budgets.connect(ip(1), start + refused.retry_after).is_ok());
    assert!(budgets.connect(ip(2), start).is_ok());
}

#[test]
fn an_ipv6_client_is_its_prefix_and_a_mapped_one_its_ipv4_address() {
    let v6 = |text: &str| Address::from(IpAddr::V6(text.parse::<Ipv6Addr>().expect("an address")));
    assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:ffff::9"));
    assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
    assert_eq!(v6("::ffff:192.0.2.1"), Address::from(ip(1)));
}

#[test]
fn full_budgets_are_evicted() {
    let start = Instant::now();
    let budgets = Budgets::new(limits(), start);
    for last in 0..100 {
        let mut purse = opened(&budgets, last, start);
        purse.charge(Cost::Message, payer(&budgets, &UserId::from_u128(last.into()), start));
    }
    assert_eq!(budgets.entries(), 200);
    let later = start + Duration::from_secs(60);
    for _ in 0..200 {
        assert!(budgets.connect(ip(200), later).is_ok() || budgets.entries() > 0);
    }
    for last in 101..200 {
        assert!(budgets.connect(ip(last), later).is_ok());
    }
    assert!(budgets.entries() <= 101, "{} entries", budgets.entries());
}
