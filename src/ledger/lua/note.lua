-- KEYS log, notes · ARGV max, ttl, note… → ok. For a room that has events.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RPUSH', KEYS[2], unpack(ARGV, 3))
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[1]), -1)
  redis.call('EXPIRE', KEYS[2], ARGV[2])
end
return { 'ok' }
