-- The usual case of `join`, decided on its own before anything else is set up: a newcomer to a room of the present epoch that has settled
-- and has a place, where everybody is connected and has claimed their seats, and media flows between the browsers. Whatever is unusual, such as
-- a newcomer whom others are not told of, is left to `join.lua`, which begins anew.

-- A seat that is connected, not orphaned and claimed: fence, newest entry, bytes, the rest, and in it the node.
local SEATED = '^(%d+)|(%d*)|(%d*)(|||[^|]*|[^|]*||[^|]*|[^|]*|[^|]*|(.*))$'

-- Appends the newcomer to these inboxes: what other nodes are told by node, and the records as they are now.
local function welcome(order, records, entry, bytes_more)
  local told, changed = {}, {}
  for place, n in ipairs(order) do
    local seat, inbox = records[place], KEYS[2] .. n
    local bytes, length = seat[3] + bytes_more, redis.call('RPUSH', inbox, entry)
    if length == 1 then redis.call('EXPIRE', inbox, 3600) end
    if length > ENTRIES then bytes = bytes - bytes_of(redis.call('LPOP', inbox)) end
    local seq, holder = string.format('%.0f', seat[2] + 1), seat[5]
    changed[2 * place - 1], changed[2 * place] = n, seat[1] .. '|' .. seq .. '|' .. bytes .. seat[4]
    local group = told[holder]
    if group then
      told[holder] = group .. ',' .. n .. ':' .. seq
    else
      told[#told + 1], told[holder] = holder, n .. ':' .. seq
    end
  end
  return told, changed
end

local function newcomer()
  local room, node, known, user, session, secret, window, max, name, revision = unpack(ARGV)
  if name:find('\1_hidden\t', 1, true) then return end
  local hot, epoch, grace = KEYS[1], unpack(redis.call('HMGET', KEYS[3], 'n', 'g'))
  local stored, ep, settles, due, prolonged, media = unpack(redis.call('HMGET', hot, 's', 'ep', 't', 'D', 'T', 'M'))
  if not stored or settles or due or media or not prolonged then return end
  if not epoch or ep ~= epoch or known ~= '0' and known ~= epoch then return end
  local order = {}
  for n in stored:gmatch('%d+') do order[#order + 1] = n end
  if #order >= tonumber(max:match('^%d+ (%d+)')) or #order > 1000 then return end
  local prefix, tag = hot:match('^(.-)h:({%d+}):')
  local cold = prefix .. 'r:' .. tag .. ':' .. room
  local known_of = redis.call('HMGET', cold, 'u' .. user, 'rev', 'o', 'v', unpack(order))
  local newest, opened, life = known_of[2], known_of[3], known_of[4]
  if known_of[1] or not newest then return end
  if not life then return end
  local now = clock()
  if now - tonumber(prolonged) >= 720000 then return end

  local n, shown = string.format('%.0f', math.max(now, newest + 1)), user .. '\n' .. session .. '\n' .. name
  local entry = 'J' .. n .. '\n' .. shown
  local records, bytes_more, is_here = redis.call('HMGET', hot, unpack(order)), bytes_of(entry), false
  for place, stored_record in ipairs(records) do
    local seat = { (stored_record or ''):match(SEATED) }
    seat[2], seat[3] = tonumber(seat[2]) or 0, tonumber(seat[3]) or 0
    if not seat[1] or seat[3] + bytes_more > BYTES then return end
    records[place], is_here = seat, is_here or seat[5] == node
  end
  local before = {}
  for place, other in ipairs(order) do
    local theirs = (known_of[place + 4] or ''):match('^%d*\n%x*\n(.*)$')
    if not theirs then return end
    before[place] = other .. '\n1\n' .. theirs
  end

  local told, changed = welcome(order, records, entry, bytes_more)
  redis.call('HSET', hot, 's', stored .. ' ' .. n, n, '1||||||1|||||' .. node, unpack(changed))
  local about, answer = window .. '\n' .. secret .. '\n' .. shown, cmsgpack.pack({ '', before, '' })
  redis.call('HSET', cold, 'rev', n, 'u' .. user, n, n, about, 'j' .. n, answer)
  if tonumber(revision) > (tonumber(opened) or 0) then redis.call('HSET', cold, 'o', revision) end
  log_event(prefix, tag, room, life, now, 'J' .. n .. '\n' .. user .. '\n' .. node .. '\n' .. name:match('^[^\1]*'))
  local leases = prefix .. 'leases:' .. tag
  if not is_here then enlist(prefix .. 'at:' .. tag .. ':', leases, node, room) end
  grant(leases, grace, node, now)
  local here = {}
  for _, holder in ipairs(told) do
    local head = 'E ' .. epoch .. ' ' .. told[holder] .. ' -'
    if holder == node then
      here = { head, entry }
    else
      redis.call('PUBLISH', CHANNEL .. holder, room .. ' ' .. head .. '\n' .. entry)
    end
  end
  return { 'ok', epoch, n, '', before, '', here }
end

local seated = newcomer()
if seated then return seated end
