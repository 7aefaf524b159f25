-- seat user session secret last reclaims → ok epoch fence first replay members sent applied skipped heard lost media pushes attributes
--   · gone · bad · gap · moved
local refused = stale()
if refused then return refused end
local n, user, session, secret, last, reclaims = unpack(ARGV, ARGS)
last = tonumber(last)
if not place(n) then return { 'gone' } end
load_members({})
if about(n, USER) ~= user or about(n, SESSION) ~= session or about(n, SECRET) ~= secret then return { 'bad' } end
-- What is past its window may have been freed before the loss, and its place given to somebody else who has yet to claim theirs.
if settles_in() and is_unclaimed(n) and (kept_until(n) or math.huge) <= now() then return { 'gone' } end
local is_ours = is_connected(n) and node(n) == NODE
if not is_ours and reclaims ~= '' and tonumber(reclaims) < fence(n) then return { 'moved' } end
local mark = first_mark(n)
local replay = read_settled(n, mark, last)
if not replay then return { 'gap' } end

tell_ended(n, 'moved')
put(n, 'x', false)
settle(n, mark, last)
trim(n, last)
put(n, 'f', text(fence(n) + 1))
connect(n)
event('R' .. n .. '\n' .. user .. '\n' .. NODE)
local lost = get(n, 'l') and '1' or '0'
if lost == '1' then put(n, 'l', 'T') end

local sent, applied = {}, math.max(number(get(n, 'b')), number(get(n, 'z')))
local known = {}
for _, to in ipairs(receivers(n)) do known[#known + 1] = 'c' .. n .. '.' .. to end
hot:load(known)
for _, to in ipairs(receivers(n)) do
  applied = math.max(applied, last_number(n, to))
  if place(to) then sent[#sent + 1] = to .. ':' .. hot:get('c' .. n .. '.' .. to) end
end
table.sort(sent, function(one, other) return tonumber(one:match('%d+')) < tonumber(other:match('%d+')) end)
if number(get(n, 'b')) > 0 then table.insert(sent, 1, '-:' .. get(n, 'b')) end
local id, heard, others = get(n, 'f'), heard_by(n), members(n)
local skips = get(n, 'k') and hot:get('k' .. n) or ''
return {
  'ok', text(epoch), id, replay[1], replay[2], others, table.concat(sent, ' '), text(applied), skips, heard, lost,
  media(), finish(), (about(n, NAME) or ''):match('\1(.*)$') or '',
}
