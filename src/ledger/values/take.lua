#!lua
-- KEYS count · ARGV microseconds between two, how many at once → 0 if it was counted, else ms to wait (GCRA: the value is when the
-- burst has refilled, in microseconds of this server's clock)
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or 0)
-- The clock may have been set back, and the limit may have been another one.
full = math.min(math.max(full, now), now + every * burst)
local wait = full + every - every * burst - now
if wait > 0 then return math.ceil(wait / 1000) end
redis.call('SET', KEYS[1], string.format('%.0f', full + every), 'PX', math.ceil((full + every - now) / 1000))
return 0
