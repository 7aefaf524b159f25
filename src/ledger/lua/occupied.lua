-- KEYS leases · ARGV at-prefix, room after which, how many → the next rooms in which a seat is connected to a node, in order
local at, after, max = unpack(ARGV)
local seen, rooms = {}, {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, '+inf', 'BYSCORE')) do
  for _, room in ipairs(redis.call('SMEMBERS', at .. name)) do
    if room > after and not seen[room] then
      seen[room] = true
      rooms[#rooms + 1] = room
    end
  end
end
table.sort(rooms)
return { unpack(rooms, 1, math.min(#rooms, tonumber(max))) }
