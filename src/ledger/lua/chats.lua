-- KEYS chats… · ARGV max → ok {room, …}
local rooms = {}
for _, key in ipairs(KEYS) do
  for _, room in ipairs(redis.call('SRANDMEMBER', key, ARGV[1])) do rooms[#rooms + 1] = room end
end
return { 'ok', rooms }
