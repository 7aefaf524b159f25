-- expect mode server instance below reason lease → ok won media pushes · wait ms. Compares the media epoch and sets; a room stays
-- where it is while its media server is heard, unless it has shrunk. `below`: mesh only if fewer seats are taken. A room without
-- seats is nowhere.
local refused = stale()
if refused then return refused end
local expect, mode, server, instance, below, reason, lease = unpack(ARGV, ARGS)
if #seats == 0 then return { 'ok', '0', '\n\nsfu 0', {} } end
local wait = settles_in()
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
local function heard()
  if server == '' then return end
  redis.call('HSET', hosts(), server, text(now() + lease) .. ' 0 ' .. instance)
  redis.call('EXPIRE', hosts(), 3600)
end
local present = hot:get('M') or '\n\nsfu 0'
local at_server, at_instance, _, at_epoch = hosting()
local wanted = server .. '\n' .. instance .. '\n' .. mode .. ' ' .. text(expect + 1)
if present == wanted then
  heard()
  return { 'ok', '1', present, finish_passing() }
end
local is_kept = reason ~= 'shrunk' and at_server and is_kept_at(at_server, at_instance)
local are_many = mode == 'mesh' and #seats >= tonumber(below)
if (at_epoch or '0') ~= expect or is_kept or are_many then
  return { 'ok', '0', present, finish_passing() }
end
heard()
change_hosting(wanted)
load_seats()
append_to_all('H' .. wanted .. ' ' .. reason)
return { 'ok', '1', wanted, finish_passing() }
