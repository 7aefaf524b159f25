-- KEYS leases, leases' marks, e · ARGV node, ms → whether it was kept without a break, epoch · lost
local LEASES, MARKS, ERA = unpack(KEYS)
local name, ttl, now = ARGV[1], tonumber(ARGV[2]), clock()
local released = 'r:' .. name
local function text(number) return string.format('%.0f', number) end
local epoch = redis.call('HGET', ERA, 'n')
if not epoch then return { 'lost' } end
local before = redis.call('ZSCORE', LEASES, name)
if redis.call('ZCOUNT', LEASES, '(' .. text(now), '+inf') == 0 then
  for _, other in ipairs(redis.call('ZRANGE', LEASES, 0, -1)) do
    if other ~= name and redis.call('HEXISTS', MARKS, 'r:' .. other) == 0 then
      redis.call('HSET', MARKS, 'grace', text(now + ttl))
      break
    end
  end
end
redis.call('ZADD', LEASES, text(now + ttl), name)
redis.call('HDEL', MARKS, released)
forget_oldest(LEASES, MARKS)
local kept = not before or tonumber(before) > now
return { kept and '1' or '0', epoch }
