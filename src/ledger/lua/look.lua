-- KEYS leases, leases' marks, due · ARGV limit, at-prefix → {room, deadline, …}, dead nodes that hold seats, their rooms
local LEASES, MARKS, DUE = unpack(KEYS)
local limit, at = unpack(ARGV)
local now = clock()
local until_now = string.format('%.0f', now)
local past = redis.call('ZRANGE', DUE, '-inf', until_now, 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
local ended = redis.call('ZRANGE', LEASES, 0, until_now, 'BYSCORE', 'WITHSCORES')
local dead, rooms = {}, {}
if #ended == 0 then return { past, dead, rooms } end
local is_grace = redis.call('ZCOUNT', LEASES, '(' .. until_now, '+inf') == 0
  or now < tonumber(redis.call('HGET', MARKS, 'grace') or 0)
for index = 1, #ended, 2 do
  local name, at_ms = ended[index], tonumber(ended[index + 1])
  if not is_grace or redis.call('HEXISTS', MARKS, 'r:' .. name) == 1 then
    local held = redis.call('SMEMBERS', at .. name)
    for _, room in ipairs(held) do rooms[#rooms + 1] = room end
    if #held > 0 then
      dead[#dead + 1] = name
    elseif at_ms < now - PUT_BY_AFTER then
      redis.call('ZADD', LEASES, string.format('%.0f', at_ms - PUT_BY), name)
    end
  end
end
return { past, dead, rooms }
