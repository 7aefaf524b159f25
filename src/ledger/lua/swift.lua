-- The usual case of `send`, decided on its own before anything else is set up: one entry between two seats of the present
-- epoch whose pair is known, without skipped numbers. Whatever is unusual is left to `send.lua`, which begins anew.

local function swift()
  local known, cid, n, to = ARGV[3], ARGV[10], ARGV[7], ARGV[9]
  if #ARGV ~= 14 or cid == '' or ARGV[11] ~= '' or ARGV[12] ~= '' or n == to then return end
  local pair = 'c' .. n .. '.' .. to
  local epoch = redis.call('HGET', KEYS[6], 'n')
  local ep, fence, away, mark, joined, skips, last, holder, absent, unclaimed, seq, bytes = unpack(redis.call(
    'HMGET', KEYS[1], 'ep', 'f' .. n, 'd' .. n, 'x' .. n, 'j' .. n, 'k' .. n, pair,
    'a' .. to, 'd' .. to, 'x' .. to, 'q' .. to, 'y' .. to))
  if not epoch or ep ~= epoch or known ~= '0' and known ~= epoch then return end
  if fence ~= ARGV[8] or away or mark or joined or skips or not last or not holder or unclaimed then return end
  local before, entry = last:match('%d+'), ARGV[14]
  if tonumber(cid) <= tonumber(before) then return { 'dup' } end
  bytes = (tonumber(bytes) or 0) + #entry - entry:find('\n', 1, true)
  local inbox = KEYS[3] .. to
  if bytes > tonumber(ARGV[6]) or redis.call('LLEN', inbox) >= tonumber(ARGV[5]) then return end
  seq = string.format('%.0f', (tonumber(seq) or 0) + 1)
  if redis.call('RPUSH', inbox, entry) == 1 then redis.call('EXPIRE', inbox, 3600) end
  local described = (ARGV[13] == '1' or last:find('d', 1, true)) and 'd' or ''
  redis.call('HSET', KEYS[1], 'q' .. to, seq, 'y' .. to, string.format('%.0f', bytes), pair, cid .. described)
  if absent then return { 'ok', {} } end
  local head = 'E ' .. epoch .. ' ' .. to .. ':' .. seq .. ' ' .. n .. ':' .. cid .. ':0'
  if holder == ARGV[2] then return { 'ok', { head, entry } } end
  redis.call('PUBLISH', ARGV[4] .. holder, ARGV[1] .. ' ' .. head .. '\n' .. entry)
  return { 'ok', {} }
end

local done = swift()
if done then return done end
