-- KEYS chats · ARGV max → {room, …}
return redis.call('SRANDMEMBER', KEYS[1], ARGV[1])
