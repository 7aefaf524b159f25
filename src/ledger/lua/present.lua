-- KEYS at, prefix of h, prefix of r · ARGV node → {room, {user, node, …}, …}: whose sockets are where, of the rooms in which the
-- node has some
local AT, HOT, COLD = unpack(KEYS)
-- f|q|y|d|o|l|j|x|k|b|z|a
local SHAPE = '^[^|]*|[^|]*|[^|]*|([^|]*)' .. ('|[^|]*'):rep(7) .. '|(.*)$'
local rooms = {}
for _, room in ipairs(redis.call('SMEMBERS', AT .. ARGV[1])) do
  local seats = {}
  for n in (redis.call('HGET', HOT .. room, 's') or ''):gmatch('%d+') do
    seats[#seats + 1] = n
  end
  local present = {}
  for first = 1, #seats, 1000 do
    local last = math.min(first + 999, #seats)
    local records = redis.call('HMGET', HOT .. room, unpack(seats, first, last))
    for index, about in ipairs(redis.call('HMGET', COLD .. room, unpack(seats, first, last))) do
      local absent, node = (records[index] or ''):match(SHAPE)
      local user = (about or ''):match('^[^\n]*\n[^\n]*\n([^\n]*)\n')
      if user and absent == '' then present[#present + 1], present[#present + 2] = user, node end
    end
  end
  rooms[#rooms + 1], rooms[#rooms + 2] = room, present
end
return rooms
