-- KEYS at, prefix of h, prefix of r · ARGV node → {room, {user, node, …}, …}: whose sockets are where, of the rooms in which the
-- node has some
local AT, HOT, COLD = unpack(KEYS)
local rooms = {}
for _, room in ipairs(redis.call('SMEMBERS', AT .. ARGV[1])) do
  local places, users = {}, {}
  for n in (redis.call('HGET', HOT .. room, 's') or ''):gmatch('%d+') do
    places[#places + 1], places[#places + 2], users[#users + 1] = 'a' .. n, 'd' .. n, 'U' .. n
  end
  local present = {}
  for first = 1, #users, 1000 do
    local last = math.min(first + 999, #users)
    local found = redis.call('HMGET', HOT .. room, unpack(places, 2 * first - 1, 2 * last))
    for index, user in ipairs(redis.call('HMGET', COLD .. room, unpack(users, first, last))) do
      local node, absent = found[2 * index - 1], found[2 * index]
      if user and node and not absent then present[#present + 1], present[#present + 2] = user, node end
    end
  end
  rooms[#rooms + 1], rooms[#rooms + 2] = room, present
end
return rooms
