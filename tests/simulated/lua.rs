//! Scripts: run by Lua 5.1, as in Redis, with Redis' conversions between its values and Lua's.

use mlua::{Error, Function, Lua, Value, Variadic};

use super::{packing, resp::Reply};

/// An interpreter.
pub(super) struct Scripts(Lua);

impl Scripts {
    /// `call` executes a command of a script.
    pub(super) fn new(call: impl Fn(&[Vec<u8>]) -> Reply + Send + 'static) -> mlua::Result<Self> {
        let lua = Lua::new();
        let call = lua.create_function(move |lua, arguments: Variadic<Value>| {
            let arguments: Vec<Vec<u8>> = arguments.iter().map(argument).collect::<mlua::Result<_>>()?;
            to_lua(lua, call(&arguments))
        })?;
        let redis = lua.create_table()?;
        redis.set("call", call)?;
        lua.globals().set("redis", redis)?;
        let packed = lua.create_table()?;
        let pack = lua.create_function(|lua, value: Value| {
            let mut packed = Vec::new();
            packing::pack(&of_lua(value)?, &mut packed);
            lua.create_string(packed)
        })?;
        let unpack = |lua: &Lua, packed: mlua::LuaString| to_lua(lua, packing::unpack(&packed.as_bytes()));
        packed.set("pack", pack)?;
        packed.set("unpack", lua.create_function(unpack)?)?;
        lua.globals().set("cmsgpack", packed)?;
        Ok(Self(lua))
    }

    /// Compiles a script; its first line is Redis' own.
    pub(super) fn compile(&self, text: &str) -> mlua::Result<Function> {
        let (_header, body) = text.split_once('\n').unwrap_or_default();
        self.0.load(body).into_function()
    }

    /// Runs a script.
    pub(super) fn run(&self, script: &Function, keys: &[Vec<u8>], arguments: &[Vec<u8>]) -> mlua::Result<Reply> {
        for (name, values) in [("KEYS", keys), ("ARGV", arguments)] {
            let texts = values.iter().map(|value| self.0.create_string(value));
            self.0.globals().set(name, texts.collect::<mlua::Result<Vec<_>>>()?)?;
        }
        of_lua(script.call(())?)
    }
}

fn argument(value: &Value) -> mlua::Result<Vec<u8>> {
    if let Value::String(text) = value {
        return Ok(text.as_bytes().to_vec());
    }
    if let Value::Integer(number) = value {
        return Ok(number.to_string().into_bytes());
    }
    let number = value.as_number();
    let number = number.ok_or_else(|| Error::runtime(format!("an argument of a command is no text: {value:?}")))?;
    Ok(number.to_string().into_bytes())
}

fn to_lua(lua: &Lua, reply: Reply) -> mlua::Result<Value> {
    Ok(match reply {
        Reply::Nil => Value::Boolean(false),
        Reply::Whole(number) => Value::Number(number as f64),
        Reply::Text(text) => Value::String(lua.create_string(text)?),
        Reply::List(parts) => {
            let parts = parts.into_iter().map(|part| to_lua(lua, part)).collect::<mlua::Result<Vec<_>>>()?;
            Value::Table(lua.create_sequence_from(parts)?)
        }
        Reply::Status(text) => {
            let status = lua.create_table()?;
            status.set("ok", text)?;
            Value::Table(status)
        }
        Reply::Error(why) => return Err(Error::runtime(why)),
        Reply::Map(_) | Reply::Push(_) => return Err(Error::runtime("no command of a script answers so")),
    })
}

fn of_lua(value: Value) -> mlua::Result<Reply> {
    if let Value::Table(table) = value {
        let parts: Vec<Value> = table.sequence_values().collect::<mlua::Result<_>>()?;
        return Ok(Reply::List(parts.into_iter().map(of_lua).collect::<mlua::Result<_>>()?));
    }
    if let Value::String(text) = value {
        return Ok(Reply::text(text.as_bytes().to_vec()));
    }
    if value.is_nil() || value.as_boolean() == Some(false) {
        return Ok(Reply::Nil);
    }
    if let Value::Integer(number) = value {
        return Ok(Reply::Whole(number));
    }
    let number = value.as_number().or_else(|| value.as_boolean().map(|_| 1.0));
    let number = number.ok_or_else(|| Error::runtime(format!("no script answers {value:?}")))?;
    Ok(Reply::Whole(number as i64)) // as Redis: the fraction is cut off
}
