-- KEYS leases, leases' marks, due… · ARGV limit, at-prefix… → {room, deadline, …}, dead nodes that hold seats, their rooms
local LEASES, MARKS, buckets, now = KEYS[1], KEYS[2], #KEYS - 2, clock()
local limit = tonumber(ARGV[1])
local function text(number) return string.format('%.0f', number) end
local past, dead, rooms = {}, {}, {}
for bucket = 1, buckets do
  local found = redis.call('ZRANGE', KEYS[bucket + 2], '-inf', text(now), 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
  for _, value in ipairs(found) do past[#past + 1] = value end
end
local is_grace = redis.call('ZCOUNT', LEASES, '(' .. text(now), '+inf') == 0
  or now < tonumber(redis.call('HGET', MARKS, 'grace') or 0)
for _, name in ipairs(redis.call('ZRANGE', LEASES, '-inf', text(now), 'BYSCORE')) do
  if not is_grace or redis.call('HEXISTS', MARKS, 'r:' .. name) == 1 then
    local holds = false
    for bucket = 1, buckets do
      for _, room in ipairs(redis.call('SMEMBERS', ARGV[bucket + 1] .. name)) do
        holds, rooms[#rooms + 1] = true, room
      end
    end
    if holds then dead[#dead + 1] = name end
  end
end
return { past, dead, rooms }
