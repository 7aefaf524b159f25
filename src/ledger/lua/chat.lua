-- KEYS chat, chats · ARGV `read`, room, max → ok {<data>⏎<name>, …}, oldest first
--                   ARGV `stored`, room, count, last → ok. Removes so many of the oldest if `last` is the newest of them:
-- else another node has removed some.
local CHAT, CHATS = KEYS[1], KEYS[2]
local what, room, count, last = unpack(ARGV)
if what == 'read' then
  local said = redis.call('LRANGE', CHAT, 0, count - 1)
  if #said == 0 then redis.call('SREM', CHATS, room) end
  return { 'ok', said }
end
if redis.call('LINDEX', CHAT, count - 1) == last then redis.call('LTRIM', CHAT, count, -1) end
if redis.call('EXISTS', CHAT) == 0 then redis.call('SREM', CHATS, room) end
return { 'ok' }
