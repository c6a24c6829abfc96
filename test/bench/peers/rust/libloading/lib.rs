//! libloading: the system's dlopen, as Rust programs call it.

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{CStr, CString, OsStr, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::sync::Mutex;

static ERROR: Mutex<Option<CString>> = Mutex::new(None);

#[unsafe(no_mangle)]
extern "C" fn peer_start(_file: *const c_char) {}

#[unsafe(no_mangle)]
extern "C" fn peer_open(path: *const c_char, is_global: bool) -> *mut c_void {
    let path = OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes());
    let flags = RTLD_NOW | if is_global { RTLD_GLOBAL } else { RTLD_LOCAL };
    match unsafe { Library::open(Some(path), flags) } {
        Ok(library) => Box::into_raw(Box::new(library)).cast(),
        Err(error) => {
            *ERROR.lock().unwrap() = CString::new(error.to_string()).ok();
            std::ptr::null_mut()
        }
    }
}

/// The name is given with its NUL: libloading copies one that has none.
#[unsafe(no_mangle)]
extern "C" fn peer_symbol(module: *mut c_void, name: *const c_char, bytes: usize) -> *mut c_void {
    let library = unsafe { &*module.cast::<Library>() };
    let name = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), bytes + 1) };
    match unsafe { library.get::<*mut c_void>(name) } {
        Ok(symbol) => symbol.as_raw_ptr(),
        Err(_) => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_close(module: *mut c_void) {
    drop(unsafe { Box::from_raw(module.cast::<Library>()) });
}

#[unsafe(no_mangle)]
extern "C" fn peer_error() -> *const c_char {
    ERROR.lock().unwrap().as_ref().map_or(c"refused".as_ptr(), |text| text.as_ptr())
}
