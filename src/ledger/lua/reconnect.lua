-- The usual case of `resume`, decided on its own before anything else is set up: in a room of the present epoch that has settled, a seat that
-- is claimed and has lost nothing, without skipped numbers, while all others are connected and media flows between the browsers. Whatever is
-- unusual is left to `resume.lua`, which begins anew.

-- A record without skipped numbers and marks, of whom no loss is to be told: fence, newest entry, bytes, `d|o`, `j`, what was broadcast, what was
-- sent to freed seats, node.
local CLAIMED = '^(%d+)|(%d*)|(%d*)|(%d*|[^|]*)||([^|]*)|||(%d*)|(%d*)|(.*)$'

-- The entries after `last`, and how many are stored of those that the client has; nothing if they are not all stored.
local function after(inbox, last, newest, bytes)
  if last == newest then return {}, bytes ~= '' and redis.call('LLEN', inbox) or 0 end
  local stored = redis.call('LLEN', inbox)
  local seen = last - (newest - stored)
  if last > newest or seen < 0 then return end
  return redis.call('LRANGE', inbox, seen, -1), seen
end

-- Drops entries that the client has: the bytes that are left, as text.
local function dropped_to(inbox, seen, left, bytes)
  if seen == 0 then return bytes end
  if left == 0 then
    redis.call('DEL', inbox)
    return ''
  end
  local rest = tonumber(bytes)
  for _, old in ipairs(redis.call('LPOP', inbox, seen)) do rest = rest - bytes_of(old) end
  return string.format('%.0f', rest)
end

-- What a session has sent and heard in this room, as `resume.lua` answers it, and the others as members are told; the greatest number that was
-- applied, and how many of the others were sent something.
local function exchanged(seat, order, found, abouts)
  local sent, heard, others, receivers = {}, {}, {}, 0
  local applied = math.max(tonumber(seat[6]) or 0, tonumber(seat[7]) or 0)
  if seat[6] ~= '' and seat[6] ~= '0' then sent[1] = '-:' .. seat[6] end
  for place, other in ipairs(order) do
    local to, from = found[3 * place - 1], found[3 * place]
    if to then
      receivers = receivers + 1
      applied = math.max(applied, tonumber(to:match('^%d+')))
      sent[#sent + 1] = other .. ':' .. to
    end
    local direct, broadcast = from and from:match('^%d+') or '0', found[3 * place - 2][6]
    if direct ~= '0' then heard[#heard + 1] = other .. ':' .. direct .. ':0' end
    if broadcast ~= '' and broadcast ~= '0' then heard[#heard + 1] = other .. ':' .. broadcast .. ':1' end
    local shown = (abouts[place + 2] or ''):match('^%d*\n%x*\n(.*)$')
    if not shown then return end
    others[place] = other .. '\n1\n' .. shown
  end
  return table.concat(sent, ' '), table.concat(heard, ' '), others, string.format('%.0f', applied), receivers
end

-- The seats of the others, each followed by what was sent to and from it; and whether they are what is usual here.
local function read_others(hot, n, stored)
  local order, wanted = {}, {}
  for other in stored:gmatch('%d+') do
    if other ~= n then
      order[#order + 1] = other
      wanted[#wanted + 1], wanted[#wanted + 2] = other, 'c' .. n .. '.' .. other
      wanted[#wanted + 1] = 'c' .. other .. '.' .. n
    end
  end
  if #order > 1000 then return end
  local found = #order > 0 and redis.call('HMGET', hot, unpack(wanted)) or {}
  for place = 1, #order do
    local other = { (found[3 * place - 2] or ''):match(CLAIMED) }
    if other[4] ~= '|' then return end
    found[3 * place - 2] = other
  end
  return order, found
end

-- The seat is the asking node's: its record, and the indexes. Answers what the asking node has to deliver.
local function move(epoch, n, seat, due, order, found)
  local room, node, hot = ARGV[1], ARGV[2], KEYS[1]
  local prefix, tag = hot:match('^(.-)h:({%d+}):')
  local at, holder, was_connected = prefix .. 'at:' .. tag .. ':', seat[8], seat[4] == '|'
  local is_here, is_there = was_connected and holder == node, false
  for place = 1, #order do
    local other = found[3 * place - 2][8]
    is_here, is_there = is_here or other == node, is_there or other == holder
  end
  local raised = string.format('%.0f', seat[1] + 1)
  local head = raised .. '|' .. seat[2] .. '|' .. seat[3] .. '||||' .. seat[5]
  redis.call('HSET', hot, n, head .. '|||' .. seat[6] .. '|' .. seat[7] .. '|' .. node)
  if due then
    redis.call('ZREM', prefix .. 'due:' .. tag, room)
    redis.call('HDEL', hot, 'D')
  end
  if not is_here then enlist(at, prefix .. 'leases:' .. tag, node, room) end
  if not was_connected then return raised, {} end
  if holder ~= node and not is_there then redis.call('SREM', at .. holder, room) end
  local ended = 'X ' .. epoch .. ' ' .. n .. ' ' .. seat[1] .. ' moved'
  if holder == node then return raised, { ended, '' } end
  redis.call('PUBLISH', CHANNEL .. holder, room .. ' ' .. ended .. '\n')
  return raised, {}
end

local function reconnect()
  local room, node, known, n, user, session, secret, last, reclaims = unpack(ARGV)
  if reclaims ~= '' then return end
  local hot, epoch, grace = KEYS[1], unpack(redis.call('HMGET', KEYS[3], 'n', 'g'))
  local stored, ep, settles, due, media, record, sent_to =
    unpack(redis.call('HMGET', hot, 's', 'ep', 't', 'D', 'M', n, 'p' .. n))
  if not record or settles or media then return end
  if not epoch or ep ~= epoch or known ~= '0' and known ~= epoch then return end
  local seat = { record:match(CLAIMED) }
  if not seat[1] then return end
  if seat[4] == '|' and due or seat[4] ~= '|' and not seat[4]:find('^%d+|$') then return end
  local order, found = read_others(hot, n, stored)
  if not order then return end

  local prefix, tag = hot:match('^(.-)h:({%d+}):')
  local abouts = redis.call('HMGET', prefix .. 'r:' .. tag .. ':' .. room, n, 'v', unpack(order))
  local life = abouts[2]
  if not life then return end
  local own_secret, shown = (abouts[1] or ''):match('^%d*\n(%x*)\n(.*)$')
  local known_as = user .. '\n' .. session .. '\n'
  if own_secret ~= secret or shown:sub(1, #known_as) ~= known_as then return end
  local sent, heard, others, applied, receivers = exchanged(seat, order, found, abouts)
  local _, listed = (sent_to or ''):gsub('%d+', '')
  if not sent or receivers ~= listed then return end
  local inbox = KEYS[2] .. n
  local replay, seen = after(inbox, tonumber(last), tonumber(seat[2]) or 0, seat[3])
  if not replay then return end

  seat[3] = dropped_to(inbox, seen, #replay, seat[3])
  local now = clock()
  log_event(prefix, tag, room, life, now, 'R' .. n .. '\n' .. user .. '\n' .. node)
  grant(prefix .. 'leases:' .. tag, grace, node, now)
  local raised, here = move(epoch, n, seat, due, order, found)
  return { 'ok', epoch, raised, last, replay, others, sent, applied, '', heard, '0', '', here, shown:match('\1(.*)$') or '' }
end

local reconnected = reconnect()
if reconnected then return reconnected end
