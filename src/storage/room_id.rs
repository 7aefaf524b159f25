//! A room's public id: the same type in the database, on the wire and in HTTP.

pub use actors::protocol::{RoomId, id::BadId as NotARoomId};

#[cfg(test)]
mod tests {
    use super::RoomId;

    #[test]
    fn only_three_four_and_three_small_letters_are_a_room_id() {
        assert_eq!("abc-defg-hij".parse::<RoomId>().map(|id| id.to_string()), Ok("abc-defg-hij".to_owned()));
        for wrong in [
            "",
            "abc",
            "abc-defg-hi",
            "abc-defg-hijk",
            "ABC-defg-hij",
            "abcd-efg-hij",
            "abc_defg_hij",
            "ab1-defg-hij",
            "äbc-defg-hi",
            "abc-defg-hi\n",
        ] {
            assert!(wrong.parse::<RoomId>().is_err(), "{wrong:?} was taken for a room id");
        }
    }

    #[test]
    fn a_random_id_is_well_formed_and_never_the_same_twice() {
        let (one, two) = (RoomId::random(), RoomId::random());
        assert_eq!(one.as_str().parse(), Ok(one));
        assert_ne!(one, two);
    }
}
