//! dlopen-rs: a replacement of the dlopen family. It defines `dlopen` itself, so what the system's linker knows is asked of libc's own.

use dlopen_rs::{ElfLibrary, OpenFlags};
use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Mutex;

static ERROR: Mutex<Option<CString>> = Mutex::new(None);

fn settled(result: Result<ElfLibrary, dlopen_rs::Error>) -> *mut c_void {
    match result {
        Ok(library) => Box::into_raw(Box::new(library)).cast(),
        Err(error) => {
            *ERROR.lock().unwrap() = CString::new(format!("{error}")).ok();
            std::ptr::null_mut()
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_start(_file: *const c_char) {}

#[unsafe(no_mangle)]
extern "C" fn peer_open(path: *const c_char, is_global: bool) -> *mut c_void {
    let path = unsafe { CStr::from_ptr(path) }.to_str().unwrap();
    let flags = OpenFlags::RTLD_NOW | if is_global { OpenFlags::RTLD_GLOBAL } else { OpenFlags::RTLD_LOCAL };
    settled(ElfLibrary::dlopen(path, flags))
}

#[unsafe(no_mangle)]
extern "C" fn peer_open_memory(bytes: *mut c_void, size: usize) -> *mut c_void {
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size) };
    settled(ElfLibrary::dlopen_from_binary(bytes, "memory", OpenFlags::RTLD_NOW | OpenFlags::RTLD_LOCAL))
}

#[unsafe(no_mangle)]
extern "C" fn peer_symbol(module: *mut c_void, name: *const c_char, bytes: usize) -> *mut c_void {
    let library = unsafe { &*module.cast::<ElfLibrary>() };
    let name = unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(name.cast::<u8>(), bytes)) };
    match unsafe { library.get::<()>(name) } {
        Ok(symbol) => symbol.into_raw().cast_mut().cast(),
        Err(_) => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_close(module: *mut c_void) {
    drop(unsafe { Box::from_raw(module.cast::<ElfLibrary>()) });
}

#[unsafe(no_mangle)]
extern "C" fn peer_error() -> *const c_char {
    ERROR.lock().unwrap().as_ref().map_or(c"refused".as_ptr(), |text| text.as_ptr())
}
