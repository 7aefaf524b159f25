-- KEYS log, news · ARGV room, limit → ok {event}…, the oldest that nobody has stored
local count = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if count == 0 then return { 'ok', {} } end
local length = redis.call('LLEN', KEYS[1])
if length == 0 then redis.call('HDEL', KEYS[2], ARGV[1]) end -- they have expired
local first = math.max(length - count, 0)
return { 'ok', redis.call('LRANGE', KEYS[1], first, first + tonumber(ARGV[2]) - 1) }
