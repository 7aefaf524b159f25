#!lua flags=allow-oom
-- KEYS chats… · ARGV max of each → rooms
local rooms = {}
for _, key in ipairs(KEYS) do
  for _, room in ipairs(redis.call('SRANDMEMBER', key, ARGV[1])) do rooms[#rooms + 1] = room end
end
return rooms
