-- The usual case of `send`, decided on its own before anything else is set up: one entry between two seats of the present
-- epoch whose pair is known, without skipped numbers. Whatever is unusual is left to `send.lua`, which begins anew.

local function swift()
  local room, node, known, n, generation, to, cid, described, entry = unpack(ARGV)
  if #ARGV ~= 9 or cid == '' or n == to then return end
  local hot, inbox, pair = KEYS[1], KEYS[2] .. to, 'c' .. n .. '.' .. to
  local epoch = redis.call('HGET', KEYS[3], 'n')
  local found = redis.call(
    'HMGET', hot, 'ep', 'f' .. n, pair, 'a' .. to, 'q' .. to, 'y' .. to,
    'd' .. n, 'x' .. n, 'j' .. n, 'k' .. n, 'd' .. to, 'x' .. to)
  local last, holder = found[3], found[4]
  if not epoch or found[1] ~= epoch or known ~= '0' and known ~= epoch then return end
  if found[2] ~= generation or not last or not holder then return end
  if found[7] or found[8] or found[9] or found[10] or found[12] then return end
  local used, mark = tonumber(last), described == '1' and 'd' or ''
  if not used then used, mark = tonumber(last:sub(1, -2)), 'd' end
  if tonumber(cid) <= used then return { 'dup' } end
  local bytes = (found[6] or 0) + #entry - entry:find('\n', 1, true)
  if bytes > BYTES then return end
  local length = redis.call('RPUSH', inbox, entry)
  if length == 1 then redis.call('EXPIRE', inbox, 3600) end
  if length > ENTRIES then bytes = bytes - bytes_of(redis.call('LPOP', inbox)) end
  local seq = string.format('%.0f', (found[5] or 0) + 1)
  redis.call('HSET', hot, 'q' .. to, seq, 'y' .. to, bytes, pair, cid .. mark)
  if found[11] then return { 'ok', {} } end
  local head = 'E ' .. epoch .. ' ' .. to .. ':' .. seq .. ' ' .. n .. ':' .. cid .. ':0'
  if holder == node then return { 'ok', { head, entry } } end
  redis.call('PUBLISH', CHANNEL .. holder, room .. ' ' .. head .. '\n' .. entry)
  return { 'ok', {} }
end

local done = swift()
if done then return done end
