-- KEYS news · ARGV limit → some rooms of the bucket with events that nobody has stored
return redis.call('HRANDFIELD', KEYS[1], ARGV[1])
