-- KEYS leases, leases' marks · ARGV node. The lease is given up: seats of this node count as those of a dead one.
redis.call('ZADD', KEYS[1], string.format('%.0f', clock()), ARGV[1])
redis.call('HSET', KEYS[2], 'r:' .. ARGV[1], '1')
forget_oldest(KEYS[1], KEYS[2])
return 'ok'
